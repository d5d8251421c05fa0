#include "simulator/login.hpp"

#include "simulator/dataverse.hpp"
#include "simulator/login_device_code.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>
#include <variant>

namespace regent::simulator {
namespace {

using nlohmann::json;

struct LoginError {
    int status;
    const char* error;
    int code;
    std::string message;
};

long seconds(Time time) {
    return static_cast<long>(std::chrono::system_clock::to_time_t(time));
}

Response json_answer(int status, const json& body) {
    Response response;
    response.status = status;
    response.set_header("Content-Type", "application/json; charset=utf-8");
    response.set_header("Cache-Control", "no-store, no-cache");
    response.body = body.dump();
    return response;
}

std::string without_slash(std::string resource) {
    while (!resource.empty() && resource.back() == '/') resource.pop_back();
    return resource;
}

class Login final : public Service {
public:
    Login(Directory& directory, const SigningKey& key) : directory_(directory), key_(key) {}

    bool serves(const Request& request) const override {
        return request.path.find("/oauth2/") != std::string::npos ||
               request.path.find("/.well-known/") != std::string::npos ||
               request.path.find("/discovery/") != std::string::npos || request.path == "/metadata/endpoints" ||
               request.path == "/subscriptions";
    }

    Response handle(const Request& request, const std::optional<Caller>& caller,
                    const std::string& token_error) override {
        const auto& path = request.path;
        const auto tenant = path.substr(1, path.find('/', 1) - 1);
        const auto rest = path.substr(std::min(path.size(), path.find('/', 1)));
        if (path == "/metadata/endpoints") return metadata(request);
        if (path == "/subscriptions") return subscriptions(caller, token_error);
        if (rest == "/oauth2/devicecode") return device_code(request, tenant);
        if (rest == "/oauth2/v2.0/token" || rest == "/oauth2/token")
            return token(request, tenant, rest == "/oauth2/v2.0/token");
        if (rest.find("/discovery/instance") != std::string::npos) return instance_discovery(request);
        if (rest.find("/discovery/") != std::string::npos) return json_answer(200, {{"keys", {key_.public_jwk()}}});
        if (rest.find("openid-configuration") != std::string::npos) return configuration(request, tenant);
        return json_answer(404, {{"error", "not_found"}});
    }

    std::string state_key() const override { return "login"; }
    json dump() const override { return json::object(); }
    void seed(const json&) override {}
    void set_switches(const json& values) override {
        for (const auto& [name, value] : values.items()) {
            if (name == "tokenLifetimeSeconds") {
                lifetime_ = value.get<long>();
            } else if (name == "deviceCodeIntervalSeconds") {
                device_codes_.interval_seconds = value.get<long>();
            } else {
                throw std::invalid_argument("login has no switch " + name);
            }
        }
    }
    json switches() const override {
        return {{"tokenLifetimeSeconds", lifetime_}, {"deviceCodeIntervalSeconds", device_codes_.interval_seconds}};
    }
    /// Somebody enters the code that a program has shown: "/devicelogin/CODE".
    bool change(const std::string& path, const json& body) override {
        constexpr std::string_view prefix = "/devicelogin/";
        if (!starts_with(path, prefix)) return false;
        const bool declines = body.value("delete", false);
        const auto user = body.contains("patch") ? text(body["patch"], "user") : std::string{};
        if (!declines && user.find('@') == std::string::npos) return false;
        return device_codes_.enter(path.substr(prefix.size()), declines ? std::string{} : user);
    }

private:
    Response refuse(const LoginError& error) {
        const auto trace = directory_.ids().guid(), correlation = directory_.ids().guid();
        auto time = format_time(directory_.now());
        std::replace(time.begin(), time.end(), 'T', ' ');
        return json_answer(
            error.status,
            {{"error", error.error},
             {"error_description", fmt::format("AADSTS{}: {} Trace ID: {} Correlation ID: {} Timestamp: {}", error.code,
                                               error.message, trace, correlation, time)},
             {"error_codes", {error.code}},
             {"timestamp", time},
             {"trace_id", trace},
             {"correlation_id", correlation},
             {"error_uri", fmt::format("https://login.microsoftonline.com/error?code={}", error.code)}});
    }

    /// The `aud` of a token for what was asked, or nothing when the tenant knows no such resource.
    std::optional<std::string> audience_of(const std::string& resource) const {
        const auto bare = without_slash(resource);
        for (const auto* known :
             {"https://graph.microsoft.com", "https://service.powerapps.com", "https://service.flow.microsoft.com",
              "https://api.powerplatform.com", "https://management.azure.com", "https://management.core.windows.net",
              "00000003-0000-0000-c000-000000000000", "https://vault.azure.net",
              "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"}) {
            if (same_text(bare, known)) return resource;
        }
        if (Dataverse::is_resource(bare)) return resource;
        if (directory_.application_by("appId", bare) != nullptr) return bare;
        for (const auto* application : directory_.applications.holders("identifierUris", bare, directory_.now())) {
            const auto& uris = list(*application, "identifierUris");
            if (std::find(uris.begin(), uris.end(), json(bare)) != uris.end()) return bare;
        }
        return std::nullopt;
    }

    std::optional<LoginError> check_credential(const Request& request, const json& form, const json& application,
                                               const std::string& tenant) const {
        if (form.contains("client_assertion")) return check_assertion(request, form, application, tenant);
        if (!form.contains("client_secret")) {
            return LoginError{
                401, "invalid_client", 7000218,
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."};
        }
        switch (directory_.check_secret(application, text(form, "client_secret"))) {
            case Directory::SecretCheck::good:
                return std::nullopt;
            case Directory::SecretCheck::expired:
                return LoginError{401, "invalid_client", 7000222,
                                  fmt::format("The provided client secret keys for app '{}' are expired.",
                                              text(application, "appId"))};
            case Directory::SecretCheck::wrong:
                break;
        }
        return LoginError{
            401, "invalid_client", 7000215,
            fmt::format("Invalid client secret provided. Ensure the secret being sent in the request is the client "
                        "secret value, not the client secret ID, for a secret added to app '{}'.",
                        text(application, "appId"))};
    }

    std::optional<LoginError> check_assertion(const Request& request, const json& form, const json& application,
                                              const std::string& tenant) const {
        if (text(form, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
            return LoginError{400, "invalid_request", 900144,
                              "The request body must contain the following parameter: 'client_assertion_type'."};
        }
        const auto assertion = parse_assertion(text(form, "client_assertion"));
        if (!assertion) return LoginError{401, "invalid_client", 50027, "JWT token is invalid or malformed."};
        const auto& claims = *assertion->claims;
        const auto client = text(application, "appId");
        const auto now = seconds(directory_.now());
        constexpr long skew = 300;
        if (claims.value("exp", 0L) + skew < now || claims.value("nbf", now) - skew > now) {
            return LoginError{401, "invalid_client", 700024, "Client assertion is not within its valid time range."};
        }
        if (text(claims, "iss") != client) return check_outside_token(claims, application);
        if (text(claims, "sub") != client)
            return LoginError{401, "invalid_client", 50027, "The 'sub' of the assertion must be the client id."};
        const auto endpoint = fmt::format("/{}/oauth2", tenant);
        if (text(claims, "aud").find(endpoint) == std::string::npos ||
            text(claims, "aud").rfind(request.base_url, 0) != 0) {
            return LoginError{401, "invalid_client", 50027, "The 'aud' of the assertion must be the token endpoint."};
        }
        for (const auto& credential : application.at("keyCredentials")) {
            const auto der = base64_decoded(text(credential, "key"));
            if (!der || !names(*assertion, *der)) continue;
            const auto end = parse_time(text(credential, "endDateTime"));
            if ((!end || *end > directory_.now()) && is_signed_by(*assertion, *der)) return std::nullopt;
        }
        return LoginError{401, "invalid_client", 700027,
                          "The certificate with identifier used to sign the client assertion is not registered on "
                          "application, or the signature is not valid."};
    }

    /// A token of another issuer, against the federated credentials. Its signature is not looked at: the issuer's keys
    /// are on the network, and nothing here leaves the machine.
    std::optional<LoginError> check_outside_token(const json& claims, const json& application) const {
        const auto& credentials = application.at("federatedIdentityCredentials");
        const auto issuer = text(claims, "iss"), subject = text(claims, "sub"), audience = text(claims, "aud");
        const auto none = [](const char* what, const std::string& value) {
            return fmt::format("No matching federated identity record found for presented assertion {} '{}'.", what,
                               value);
        };
        bool issuer_known = false, subject_known = false, other_case = false;
        for (const auto& credential : credentials) {
            if (text(credential, "issuer") != issuer) continue;
            issuer_known = true;
            other_case = other_case || same_text(text(credential, "subject"), subject);
            if (text(credential, "subject") != subject) continue;
            subject_known = true;
            const auto& audiences = credential.at("audiences");
            if (std::find(audiences.begin(), audiences.end(), json(audience)) != audiences.end()) return std::nullopt;
        }
        if (!issuer_known) return LoginError{401, "invalid_client", 700211, none("issuer", issuer)};
        if (subject_known) return LoginError{401, "invalid_client", 700212, none("audience", audience)};
        if (!other_case) return LoginError{401, "invalid_client", 700213, none("subject", subject)};
        return LoginError{
            400, "invalid_request", 7002138,
            fmt::format("No matching federated identity record found for presented assertion subject '{}'. "
                        "The subject matches with case-insensitive comparison, but not with case-sensitive "
                        "comparison.",
                        subject)};
    }

    static bool names(const Assertion& assertion, std::string_view der) {
        const auto sha256 = sha256_bytes(der), sha1 = sha1_bytes(der);
        if (!assertion.thumbprint_sha256.empty()) return base64_decoded(assertion.thumbprint_sha256) == sha256;
        if (!assertion.thumbprint_sha1.empty()) return base64_decoded(assertion.thumbprint_sha1) == sha1;
        return !assertion.key_id.empty();
    }

    json form_of(const Request& request) const {
        json form = json::object();
        for (const auto& [name, value] : parse_query(request.body)) form[name] = value;
        const auto authorization = request.header("Authorization").value_or("");
        if (starts_with(authorization, "Basic ")) {
            const auto plain = base64_decoded(authorization.substr(6)).value_or("");
            const auto colon = plain.find(':');
            if (colon != std::string::npos) {
                form["client_id"] = percent_decoded(plain.substr(0, colon), true);
                form["client_secret"] = percent_decoded(plain.substr(colon + 1), true);
            }
        }
        return form;
    }

    bool is_this_tenant(const std::string& tenant) const {
        return tenant == directory_.tenant_id() || directory_.verified_domains.contains(tenant);
    }

    /// Programs that may sign people in: Microsoft's own, and public clients of the tenant.
    bool signs_people_in(const std::string& client_id) const {
        if (is_public_client(client_id)) return true;
        const auto* application = directory_.application_by("appId", client_id);
        return application != nullptr && application->value("isFallbackPublicClient", json()) == true;
    }

    Response device_code(const Request& request, const std::string& tenant) {
        if (request.method != "POST") return json_answer(405, {{"error", "invalid_request"}});
        if (!is_this_tenant(tenant) && tenant != "common" && tenant != "organizations")
            return refuse({400, "invalid_request", 90002, fmt::format("Tenant '{}' not found.", tenant)});
        const auto form = form_of(request);
        const auto client = text(form, "client_id"), resource = text(form, "resource");
        if (!signs_people_in(client)) return refuse(unknown_client(client));
        if (!audience_of(resource)) return refuse(unknown_resource(resource));
        return json_answer(200, device_codes_.begin(client, resource, directory_.ids(), directory_.now()));
    }

    Response token_for_device_code(const json& form) {
        const auto client = text(form, "client_id");
        const auto outcome = device_codes_.redeem(text(form, "code"), client, directory_.now());
        if (const auto* refusal = std::get_if<DeviceCodes::Refusal>(&outcome))
            return refuse({400, refusal->error.c_str(), refusal->code, refusal->message});
        const auto& started = std::get<DeviceCodes::Started>(outcome);
        return json_answer(200, issue_to_user(started));
    }

    /// A version 1 token for a person, with the identity token that clients take the object id from.
    json issue_to_user(const DeviceCodes::Started& started) {
        const auto now = seconds(directory_.now());
        json person{{"iss", fmt::format("https://sts.windows.net/{}/", directory_.tenant_id())},
                    {"iat", now},
                    {"nbf", now},
                    {"exp", now + lifetime_},
                    {"oid", object_id_of(started.user)},
                    {"sub", base64url(sha256_bytes("sub " + started.user))},
                    {"tid", directory_.tenant_id()},
                    {"upn", started.user},
                    {"unique_name", started.user},
                    {"name", started.user.substr(0, started.user.find('@'))},
                    {"ver", "1.0"}};
        auto access = person;
        access["aud"] = started.resource;
        access["appid"] = started.client_id;
        access["scp"] = "user_impersonation";
        access["uti"] = directory_.ids().guid();
        person["aud"] = started.client_id;
        return {{"token_type", "Bearer"},
                {"scope", "user_impersonation"},
                {"expires_in", std::to_string(lifetime_)},
                {"ext_expires_in", std::to_string(lifetime_)},
                {"expires_on", std::to_string(now + lifetime_)},
                {"resource", started.resource},
                {"access_token", key_.sign(access)},
                {"id_token", key_.sign(person)}};
    }

    /// Of a user of the directory his own; of anybody else one that stays the same.
    std::string object_id_of(const std::string& user) const {
        for (const auto* known : directory_.users.all(directory_.now()))
            if (same_text(text(*known, "userPrincipalName"), user)) return text(*known, "id");
        const auto hex = sha256_hex("user " + lower(user));
        return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3), hex.substr(17, 3),
                           hex.substr(20, 12));
    }

    static LoginError unknown_client(const std::string& client) {
        return {400, "unauthorized_client", 700016,
                fmt::format("Application with identifier '{}' was not found in the directory 'Contoso'.", client)};
    }

    static LoginError unknown_resource(const std::string& resource) {
        return {400, "invalid_resource", 500011,
                fmt::format("The resource principal named {} was not found in the tenant named Contoso.", resource)};
    }

    Response token(const Request& request, const std::string& tenant, bool v2) {
        if (request.method != "POST") return json_answer(405, {{"error", "invalid_request"}});
        if (const auto form = form_of(request); !v2 && text(form, "grant_type") == "device_code")
            return token_for_device_code(form);
        if (!is_this_tenant(tenant)) {
            if (tenant == "common" || tenant == "organizations" || tenant == "consumers") {
                return refuse({400, "invalid_request", 9001023,
                               "The grant type is not supported over the /common or /consumers endpoints. Please use "
                               "the /organizations or tenant-specific endpoint."});
            }
            return refuse({400, "invalid_request", 90002, fmt::format("Tenant '{}' not found.", tenant)});
        }
        const auto form = form_of(request);
        if (text(form, "grant_type") != "client_credentials")
            return refuse({400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."});
        const auto* application = directory_.application_by("appId", text(form, "client_id"));
        if (application == nullptr) return refuse(unknown_client(text(form, "client_id")));
        auto resource = text(form, "resource");
        if (v2) {
            const auto scope = text(form, "scope");
            const auto end = scope.rfind("/.default");
            if (scope.empty() || end == std::string::npos || end + 9 != scope.size() ||
                scope.find(' ') != std::string::npos) {
                return refuse(
                    {400, "invalid_scope", 70011,
                     fmt::format(
                         "The provided request must include a 'scope' input parameter. The scope {} is not valid.",
                         scope)});
            }
            resource = scope.substr(0, end);
        }
        const auto audience = audience_of(resource);
        if (!audience) return refuse(unknown_resource(resource));
        if (const auto wrong = check_credential(request, form, *application, tenant)) return refuse(*wrong);
        return json_answer(200, issue(*application, *audience, v2));
    }

    json issue(const json& application, const std::string& audience, bool v2) {
        const auto client = text(application, "appId");
        const auto* principal = directory_.principal_by_app(client);
        const auto now = seconds(directory_.now());
        json claims{{"aud", audience},
                    {"iss", fmt::format("https://sts.windows.net/{}/", directory_.tenant_id())},
                    {"iat", now},
                    {"nbf", now},
                    {"exp", now + lifetime_},
                    {"appid", client},
                    {"azp", client},
                    {"app_displayname", text(application, "displayName")},
                    {"tid", directory_.tenant_id()},
                    {"idtyp", "app"},
                    {"ver", v2 ? "2.0" : "1.0"},
                    {"uti", directory_.ids().guid()}};
        if (principal != nullptr) claims["oid"] = claims["sub"] = principal->at("id");
        claims["roles"] = roles_of(client, principal);
        json answer{{"token_type", "Bearer"},
                    {"expires_in", lifetime_},
                    {"ext_expires_in", lifetime_},
                    {"access_token", key_.sign(claims)}};
        if (!v2) {
            answer["expires_in"] = std::to_string(lifetime_);
            answer["resource"] = audience;
            answer["expires_on"] = std::to_string(now + lifetime_);
        }
        return answer;
    }

    /// The built-in client may do everything; others what was assigned to their service principals.
    json roles_of(const std::string& client, const json* principal) const {
        if (client == built_in_client) {
            return {"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All",
                    "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Policy.Read.All"};
        }
        auto roles = json::array();
        if (principal == nullptr) return roles;
        for (const auto* assignment : directory_.assignments.all(directory_.now())) {
            if (assignment->value("principalId", "") != text(*principal, "id")) continue;
            const auto* api = directory_.service_principals.find(assignment->value("resourceId", ""), directory_.now());
            if (api == nullptr || !api->contains("appRoles")) continue;
            for (const auto& role : api->at("appRoles")) {
                if (same_text(text(role, "id"), assignment->value("appRoleId", ""))) roles.push_back(role.at("value"));
            }
        }
        return roles;
    }

    Response configuration(const Request& request, const std::string& tenant) const {
        const auto base = request.base_url + "/" + tenant;
        return json_answer(200, {{"issuer", fmt::format("{}/{}/v2.0", request.base_url, directory_.tenant_id())},
                                 {"token_endpoint", base + "/oauth2/v2.0/token"},
                                 {"authorization_endpoint", base + "/oauth2/v2.0/authorize"},
                                 {"jwks_uri", base + "/discovery/v2.0/keys"},
                                 {"device_authorization_endpoint", base + "/oauth2/v2.0/devicecode"},
                                 {"token_endpoint_auth_methods_supported",
                                  {"client_secret_post", "private_key_jwt", "client_secret_basic"}},
                                 {"response_types_supported", {"code", "id_token", "token"}},
                                 {"subject_types_supported", {"pairwise"}},
                                 {"id_token_signing_alg_values_supported", {"RS256"}},
                                 {"tenant_region_scope", "EU"},
                                 {"cloud_instance_name", "microsoftonline.com"}});
    }

    static Response instance_discovery(const Request& request) {
        return json_answer(
            200,
            {{"tenant_discovery_endpoint", request.base_url + "/common/v2.0/.well-known/openid-configuration"},
             {"api-version", "1.1"},
             {"metadata",
              {{{"preferred_network", "login.microsoftonline.com"},
                {"preferred_cache", "login.windows.net"},
                {"aliases",
                 {"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}}}}}});
    }

    /// Azure Resource Manager's description of the cloud: what az and Go clients read to find everything else.
    static Response metadata(const Request& request) {
        const auto& base = request.base_url;
        const json cloud{{"name", "AzureCloud"},
                         {"portal", base},
                         {"graph", base + "/"},
                         {"microsoftGraphResourceId", base + "/"},
                         {"graphAudience", base + "/"},
                         {"resourceManager", base + "/"},
                         {"authentication",
                          {{"loginEndpoint", base + "/"},
                           {"audiences", {"https://management.core.windows.net/", "https://management.azure.com/"}},
                           {"tenant", "common"},
                           {"identityProvider", "AAD"}}},
                         {"suffixes", {{"keyVaultDns", "vault.azure.net"}, {"storage", "core.windows.net"}}}};
        const bool listed = request.query_value("api-version").value_or("") >= "2019-05-01";
        if (!listed) {
            return json_answer(
                200, {{"galleryEndpoint", base},
                      {"graphEndpoint", base},
                      {"portalEndpoint", base},
                      {"authentication",
                       {{"loginEndpoint", base + "/"}, {"audiences", {"https://management.core.windows.net/"}}}}});
        }
        return json_answer(
            200, request.query_value("api-version").value_or("") >= "2022-09-01" ? cloud : json::array({cloud}));
    }

    static Response subscriptions(const std::optional<Caller>& caller, const std::string& token_error) {
        if (!caller)
            return json_answer(
                401,
                {{"error",
                  {{"code", "AuthenticationFailed"},
                   {"message", token_error.empty() ? "Authentication failed. The 'Authorization' header is missing."
                                                   : token_error}}}});
        return json_answer(200, {{"value", json::array()}, {"count", {{"type", "Total"}, {"value", 0}}}});
    }

    Directory& directory_;
    const SigningKey& key_;
    long lifetime_ = 3599;
    DeviceCodes device_codes_;
};

}  // namespace

std::unique_ptr<Service> make_login(Directory& directory, const SigningKey& key) {
    return std::make_unique<Login>(directory, key);
}

TokenCheck check_token(const Request& request, const SigningKey& key, Time now) {
    const auto header = request.header("Authorization");
    if (!header) return {};
    if (!starts_with(lower(header->substr(0, 7)), "bearer ")) return {std::nullopt, "Access token is empty."};
    const auto claims = key.verify(std::string_view(*header).substr(7));
    if (!claims) return {std::nullopt, "CompactToken validation failed."};
    if (claims->value("exp", 0L) <= seconds(now))
        return {std::nullopt, "Lifetime validation failed, the token is expired."};
    Caller caller;
    caller.tenant_id = text(*claims, "tid");
    caller.app_id = text(*claims, "appid");
    caller.object_id = text(*claims, "oid");
    caller.user = text(*claims, "upn");
    caller.audience = text(*claims, "aud");
    for (const auto& role : claims->value("roles", json::array())) caller.roles.push_back(role.get<std::string>());
    return {std::move(caller), {}};
}

}  // namespace regent::simulator
