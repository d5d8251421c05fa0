#include "simulator/login.hpp"

#include "simulator/login_assertion.hpp"
#include "simulator/login_people.hpp"
#include "simulator/login_refusal.hpp"
#include "simulator/login_resources.hpp"
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

Response json_answer(int status, const json& body) {
    Response response;
    response.status = status;
    response.set_header("Content-Type", "application/json; charset=utf-8");
    response.set_header("Cache-Control", "no-store, no-cache");
    response.body = body.dump();
    return response;
}

class Login final : public Service {
public:
    Login(Directory& directory, const SigningKey& key) : directory_(directory), key_(key), people_(directory, key) {}

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
        if (rest == "/oauth2/devicecode" || rest == "/oauth2/v2.0/devicecode")
            return device_code(request, tenant, rest == "/oauth2/v2.0/devicecode");
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
            } else if (!people_.set_switch(name, value)) {
                throw std::invalid_argument("login has no switch " + name);
            }
        }
    }
    json switches() const override {
        json values{{"tokenLifetimeSeconds", lifetime_}};
        people_.describe_switches(values);
        return values;
    }
    bool change(const std::string& path, const json& body) override { return people_.change(path, body); }

private:
    Response refuse(const LoginRefusal& error) {
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

    Response answer(const People::Answer& outcome) {
        const auto* refusal = std::get_if<LoginRefusal>(&outcome);
        return refusal != nullptr ? refuse(*refusal) : json_answer(200, std::get<json>(outcome));
    }

    /// Tenants that people may sign in to, and the names for "whichever is theirs".
    bool is_for_people(const std::string& tenant) const {
        return is_this_tenant(tenant) || tenant == "common" || tenant == "organizations";
    }

    Response device_code(const Request& request, const std::string& tenant, bool v2) {
        if (request.method != "POST") return json_answer(405, {{"error", "invalid_request"}});
        if (!is_for_people(tenant)) return refuse(unknown_tenant(tenant));
        return answer(people_.device_code(form_of(request), v2));
    }

    static LoginRefusal unknown_tenant(const std::string& tenant) {
        return {400, "invalid_request", 90002, fmt::format("Tenant '{}' not found.", tenant)};
    }
    Response token(const Request& request, const std::string& tenant, bool v2) {
        if (request.method != "POST") return json_answer(405, {{"error", "invalid_request"}});
        if (const auto form = form_of(request);
            People::is_grant(text(form, "grant_type"), v2) && is_for_people(tenant)) {
            return answer(people_.token(form, v2, lifetime_,
                                        fmt::format("{}/{}/v2.0", request.base_url, directory_.tenant_id())));
        }
        if (!is_this_tenant(tenant)) {
            if (tenant == "common" || tenant == "organizations" || tenant == "consumers") {
                return refuse({400, "invalid_request", 9001023,
                               "The grant type is not supported over the /common or /consumers endpoints. Please use "
                               "the /organizations or tenant-specific endpoint."});
            }
            return refuse(unknown_tenant(tenant));
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
                return refuse(LoginRefusal{
                    400, "invalid_scope", 70011,
                    fmt::format(
                        "The provided request must include a 'scope' input parameter. The scope {} is not valid.",
                        scope)});
            }
            resource = scope.substr(0, end);
        }
        const auto audience = audience_of(directory_, resource);
        if (!audience) return refuse(unknown_resource(resource));
        if (const auto wrong = check_credential(directory_, request, form, *application, tenant)) return refuse(*wrong);
        return json_answer(200, issue(*application, *audience, v2));
    }

    json issue(const json& application, const std::string& audience, bool v2) {
        const auto client = text(application, "appId");
        const auto* principal = directory_.principal_by_app(client);
        const auto now = epoch_seconds(directory_.now());
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

    /// The built-in client may do everything, or what a switch leaves it; others what was assigned to their service
    /// principals.
    json roles_of(const std::string& client, const json* principal) const {
        if (client == built_in_client) {
            return {
                directory_.built_in_client_owns_only ? "Application.ReadWrite.OwnedBy" : "Application.ReadWrite.All",
                "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All",
                "Policy.Read.All"};
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
    People people_;
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
    if (claims->value("exp", 0L) <= epoch_seconds(now))
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
