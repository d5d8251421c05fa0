#include "simulator/powerapps.hpp"

#include "simulator/powerapps_connector.hpp"
#include "simulator/powerapps_switches.hpp"
#include "simulator/swagger_rules.hpp"
#include "simulator/versioned.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace regent::simulator {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::string_view base = "/providers/Microsoft.PowerApps/";
constexpr const char* default_icon = "https://az787822.vo.msecnd.net/defaulticons/api-dedicated.png";
constexpr auto signature_life = std::chrono::hours(1);

std::string text(const json& object, std::string_view member) {
    const auto* value = member_of(object, member);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

Response answer(int status, const json& body) {
    Response response;
    response.status = status;
    response.set_header("Content-Type", "application/json; charset=utf-8");
    response.body = body.dump();
    return response;
}

Response empty_answer(int status) {
    Response response;
    response.status = status;
    return response;
}

Response refuse(int status, const std::string& code, const std::string& message) {
    return answer(status, {{"error", {{"code", code}, {"message", message}}}});
}

/// What a request is about: the environment from its filter, and whether only custom connectors are asked for.
struct EnvironmentFilter {
    std::string environment;
    bool custom_only = false;
};

std::optional<EnvironmentFilter> filter_of(const Request& request) {
    const auto filter = request.query_value("$filter").value_or("");
    const auto begin = filter.find("environment eq '");
    if (begin == std::string::npos) return std::nullopt;
    const auto from = begin + 16;
    const auto end = filter.find('\'', from);
    if (end == std::string::npos) return std::nullopt;
    return EnvironmentFilter{filter.substr(from, end - from),
                             filter.find("IsCustomApi eq 'True'") != std::string::npos};
}

class PowerApps final : public Service {
public:
    PowerApps(const Clock& clock, std::string tenant_id) : clock_(clock), tenant_(std::move(tenant_id)), ids_(7) {
        for (const auto* id : {"0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e", "5f5f5f5f-6a6a-7b7b-8c8c-9d9d9d9d9d9d"})
            environments_[id] = id;
        environments_["Default-" + tenant_] = "Contoso (default)";
    }

    bool serves(const Request& request) const override {
        return starts_with(request.path, "/providers/Microsoft.") || starts_with(request.path, "/blob/");
    }

    Response handle(const Request& request, const std::optional<Caller>& caller,
                    const std::string& token_error) override {
        auto response = starts_with(request.path, "/blob/") ? blob(request) : provider(request, caller, token_error);
        response.set_header("x-ms-request-id", ids_.guid());
        response.set_header("x-ms-correlation-request-id", ids_.guid());
        return response;
    }

    std::string state_key() const override { return "powerApps"; }

    json dump() const override {
        json state{{"environments", json::array()}, {"connectors", json::array()}};
        for (const auto& [id, name] : environments_)
            state["environments"].push_back({{"name", id}, {"displayName", name}});
        for (const auto* stored : connectors_.all(now())) state["connectors"].push_back(*stored);
        return state;
    }

    void seed(const json& state) override {
        for (const auto& environment : state.value("environments", json::array()))
            environments_[environment.at("name").get<std::string>()] = environment.value("displayName", "");
        for (auto connector : state.value("connectors", json::array())) {
            if (!connector.contains("properties") || !connector.contains("environment"))
                throw std::invalid_argument("a connector without `properties` or `environment`");
            if (text(connector, "name").empty())
                connector["name"] = connector_name(text(connector["properties"], "displayName"),
                                                   text(connector, "environment"), tenant_);
            if (!connector["properties"].contains("isCustomApi")) connector["properties"]["isCustomApi"] = true;
            connectors_.put(key_of(text(connector, "environment"), text(connector, "name")), connector, Time{});
        }
    }

    void set_switches(const json& values) override { switches_.set(values); }
    json switches() const override { return switches_.get(); }

    bool change(const std::string& target, const json& body) override {
        const auto path = target.substr(0, target.find('?'));
        if (!starts_with(path, base)) return false;
        const auto name = path.substr(path.rfind('/') + 1);
        for (const auto* stored : connectors_.all(now())) {
            if (text(*stored, "name") != name) continue;
            auto connector = *stored;
            const auto key = key_of(text(connector, "environment"), name);
            if (body.value("delete", false)) return connectors_.erase(key, now()), true;
            if (!body.contains("patch")) return false;
            auto patch = body["patch"];
            if (patch.contains("openApiDefinition")) connector["openApiDefinition"] = patch["openApiDefinition"];
            if (patch.contains("properties")) {
                if (patch["properties"].contains("openApiDefinition")) {
                    connector["openApiDefinition"] = patch["properties"]["openApiDefinition"];
                    patch["properties"].erase("openApiDefinition");
                }
                connector["properties"].merge_patch(patch["properties"]);
            }
            connector["properties"]["changedTime"] = format_time(now(), 7);
            connectors_.put(key, connector, now());
            return true;
        }
        return false;
    }

private:
    Time now() const { return clock_.now(); }
    std::chrono::seconds lag() const { return std::chrono::seconds(switches_.replica_lag_seconds); }
    static std::string key_of(const std::string& environment, const std::string& name) {
        return environment + "/" + name;
    }

    // ---- the resource provider

    Response provider(const Request& request, const std::optional<Caller>& caller, const std::string& token_error) {
        if (!caller) {
            auto response = refuse(
                401, "AuthenticationFailed",
                token_error.empty() ? "The request did not have the required 'Authorization' header." : token_error);
            response.set_header("WWW-Authenticate", "Bearer");
            return response;
        }
        auto audience = caller->audience;
        while (!audience.empty() && audience.back() == '/') audience.pop_back();
        if (audience != "https://service.powerapps.com")
            return refuse(401, "InvalidAuthenticationTokenAudience",
                          fmt::format("The received access token is for the wrong audience '{}'.", caller->audience));
        if (!request.query_value("api-version"))
            return refuse(400, "MissingApiVersionParameter",
                          "The api-version query parameter (?api-version=) is required for all requests.");
        if (starts_with(request.path, "/providers/Microsoft.BusinessAppPlatform/")) return admin_platform(request);
        if (!starts_with(request.path, base))
            return refuse(404, "RouteNotFound", "The route did not match any controller.");
        const auto rest = request.path.substr(base.size());
        if (starts_with(rest, "objectIds/")) return for_object_id(request, *caller, rest);
        if (starts_with(rest, "scopes/admin/environments/")) return admin_list(rest.substr(26));
        if (rest == "apis" || starts_with(rest, "apis/"))
            return apis(request, *caller, rest.size() > 5 ? rest.substr(5) : "");
        return refuse(404, "RouteNotFound", "The route did not match any controller.");
    }

    Response apis(const Request& request, const Caller& caller, const std::string& rest) {
        auto filter = filter_of(request);
        if (!filter) return refuse(400, "MissingEnvironmentFilter", "The environment filter must be set.");
        if (filter->environment == "~Default") filter->environment = "Default-" + tenant_;
        if (!environments_.contains(filter->environment) && !switches_.accept_any_environment) {
            return refuse(switches_.environment_denied_status, "EnvironmentAccessDenied",
                          fmt::format("The environment '{}' could not be found in the tenant '{}'.",
                                      filter->environment, tenant_));
        }
        if (rest.empty()) {
            if (request.method == "GET") return list(request, *filter);
            return request.method == "POST" ? create(request, caller, filter->environment)
                                            : refuse(405, "MethodNotAllowed", "The method is not allowed here.");
        }
        const auto slash = rest.find('/');
        const auto name = rest.substr(0, slash);
        const auto below = slash == std::string::npos ? std::string{} : rest.substr(slash + 1);
        const auto delay = request.method == "GET" ? lag() : 0s;
        const auto* stored = connectors_.find(key_of(filter->environment, name), now(), delay);
        if (stored == nullptr)
            return refuse(request.method == "GET" ? 404 : 400,
                          request.method == "GET" ? "ApiNotFound" : "CustomApiNotFound",
                          fmt::format("Could not find the custom api '{}'.", name));
        if (below == "permissions" && request.method == "GET")
            return answer(200, {{"value", stored->value("_permissions", json::array())}});
        if (below == "modifyPermissions" && request.method == "POST") return modify_permissions(request, *stored);
        if (!below.empty()) return refuse(404, "RouteNotFound", "The route did not match any controller.");
        if (request.method == "GET") return answer(200, shown(request, *stored, true));
        if (request.method == "PATCH") return update(request, caller, *stored);
        if (request.method != "DELETE") return refuse(405, "MethodNotAllowed", "The method is not allowed here.");
        connectors_.erase(key_of(filter->environment, name), now());
        return empty_answer(switches_.delete_status);
    }

    Response list(const Request& request, const EnvironmentFilter& filter) {
        std::vector<json> all;
        for (const auto* stored : connectors_.all(now(), lag())) {
            if (text(*stored, "environment") == filter.environment &&
                (!filter.custom_only || stored->at("properties").value("isCustomApi", true)))
                all.push_back(shown(request, *stored, false));
        }
        // The service mixes its own connectors in, whatever the filter says of custom ones.
        for (const auto* name : {"shared_office365", "shared_sharepointonline", "shared_sql"}) {
            if (filter.custom_only) break;
            all.push_back({{"name", name},
                           {"id", std::string(base) + "apis/" + name},
                           {"type", "Microsoft.PowerApps/apis"},
                           {"properties",
                            {{"displayName", std::string(name).substr(7)},
                             {"isCustomApi", false},
                             {"tier", "Standard"},
                             {"publisher", "Microsoft"}}}});
        }
        const auto token = request.query_value("$skiptoken").value_or("0");
        const auto offset = std::strtoul(token.c_str(), nullptr, 10);
        auto page = json::array();
        const auto size = static_cast<std::size_t>(switches_.page_size);
        for (auto i = offset; i < all.size() && i < offset + size; ++i) page.push_back(all[i]);
        json body{{"value", page}};
        if (offset + size < all.size()) {
            const auto host = switches_.next_link_host.empty() ? request.base_url : switches_.next_link_host;
            body["nextLink"] = fmt::format("{}{}?api-version={}&%24filter={}&%24skiptoken={}", host, request.path,
                                           request.query_value("api-version").value_or(""),
                                           percent_encoded(request.query_value("$filter").value_or("")), offset + size);
        }
        return answer(200, body);
    }

    // ---- writing

    std::optional<Response> read_properties(const Request& request, json& properties) const {
        const auto body = json::parse(request.body, nullptr, false);
        if (!body.is_object() || !body.contains("properties") || !body["properties"].is_object())
            return refuse(400, "InvalidRequestContent",
                          "The request content was invalid and could not be deserialized.");
        properties = body["properties"];
        if (properties.contains("stackOwner"))
            return refuse(400, "InvalidApiProperties", "The property 'stackOwner' is not allowed.");
        return std::nullopt;
    }

    std::optional<Response> check_definition(const json& definition, const json& properties) const {
        if (const auto errors = swagger_errors(definition); !errors.empty()) {
            std::string all;
            for (const auto& error : errors) all += (all.empty() ? "" : "\r\n") + error;
            return refuse(
                400, "InvalidSwagger",
                fmt::format("Specified swagger has the following errors: 'Definition is not valid. Error: '{} ''.",
                            all));
        }
        const auto path = definition.value("basePath", "/");
        if (starts_with(path, "/apim/")) {
            return refuse(
                400, "InvalidSwagger",
                fmt::format("Swagger contains base path:{} but backend Url doesn't end on same path:/", path));
        }
        if (!properties.contains("backendService")) return std::nullopt;
        const auto url = text(properties["backendService"], "serviceUrl");
        const auto host = definition.value("host", "");
        auto end = url.size();
        while (end > 0 && url[end - 1] == '/') --end;
        auto tail = path;
        while (!tail.empty() && tail.back() == '/') tail.pop_back();
        const auto bare = url.substr(0, end);
        if (bare.size() < tail.size() || bare.compare(bare.size() - tail.size(), tail.size(), tail) != 0) {
            return refuse(
                400, "InvalidSwagger",
                fmt::format("Swagger contains base path:{} but backend Url doesn't end on same path:{}", path, url));
        }
        if (!host.empty() && url.find("://" + host) == std::string::npos)
            return refuse(400, "InvalidSwagger",
                          fmt::format("Swagger contains host:{} but backend Url is:{}", host, url));
        return std::nullopt;
    }

    /// Checks an OAuth block and makes it what the service stores; takes the secret out.
    std::optional<Response> take_oauth(json& connector, json& parameters, bool creating) const {
        auto* settings = oauth_of(parameters);
        if (settings == nullptr) {
            connector.erase("_clientSecretSha256");
            connector.erase("_subject");
            return std::nullopt;
        }
        const auto secret = text(*settings, "clientSecret");
        for (auto it = settings->begin(); it != settings->end();)
            it = same_text(it.key(), "clientSecret") ? settings->erase(it) : std::next(it);
        if (text(*settings, "identityProvider") == "aad") {
            const auto* custom = member_of(*settings, "customParameters");
            const auto tenant = custom == nullptr || member_of(*custom, "tenantId") == nullptr
                                    ? std::string{}
                                    : text(*member_of(*custom, "tenantId"), "value");
            if (text(*settings, "clientId").empty())
                return refuse(400, "InvalidConnectionParameters", "The client id of the OAuth settings is missing.");
            if (uses_managed_identity(*settings)) {
                if (!switches_.managed_identity_available)
                    return refuse(400, "ManagedIdentityNotSupported",
                                  "Managed identity for custom connectors is not available in this environment.");
                if (!is_guid(tenant))
                    return refuse(
                        400, "InvalidTenantId",
                        fmt::format("The tenant id '{}' cannot be used with a managed identity; it must be a GUID.",
                                    tenant));
                if (!secret.empty())
                    return refuse(400, "InvalidConnectionParameters",
                                  "A client secret and a managed identity exclude each other.");
            } else if (secret.empty() && (creating || !connector.contains("_clientSecretSha256"))) {
                return refuse(400, "InvalidConnectionParameters",
                              "The client secret of the OAuth settings is missing.");
            }
        }
        if (!secret.empty()) {
            connector["_clientSecretSha256"] = sha256_hex(secret);
        } else if (uses_managed_identity(*settings) || !switches_.patch_without_secret_keeps) {
            connector.erase("_clientSecretSha256");
        }
        (*settings)["redirectMode"] = "GlobalPerConnector";
        (*settings)["redirectUrl"] =
            "https://global.consent.azure-apim.net/redirect/" + text(connector, "name").substr(7);
        take_identity(connector, *settings);
        return std::nullopt;
    }

    void take_identity(json& connector, json& settings) const {
        if (!uses_managed_identity(settings)) {
            connector.erase("_subject");
            return;
        }
        if (!connector.contains("_subject")) {
            connector["_subject"] = identity_subject(tenant_, text(connector, "name"), text(connector, "_salt"));
            connector["_subjectAt"] = format_time(now() + std::chrono::seconds(switches_.subject_delay_seconds));
        }
        auto& federated = settings["properties"]["FederatedIdentityCredentials"];
        if (text(federated, "Issuer").empty())
            federated["Issuer"] = "https://login.microsoftonline.com/" + tenant_ + "/v2.0";
        if (text(federated, "Audience").empty()) federated["Audience"] = "api://AzureADTokenExchange";
        federated["Subject"] = "";  // filled in when it is read, once its time has come
    }

    Response create(const Request& request, const Caller& caller, const std::string& environment) {
        json given;
        if (auto wrong = read_properties(request, given)) return *wrong;
        const auto title = text(given, "displayName");
        if (title.empty()) return refuse(400, "InvalidApiDisplayName", "The display name of the api is required.");
        if (!given.contains("environment") || text(given["environment"], "name") != environment)
            return refuse(400, "InvalidEnvironment", "The environment of the body does not agree with the filter.");
        if (!given.contains("backendService") || text(given["backendService"], "serviceUrl").empty())
            return refuse(400, "InvalidBackendService", "The backend service URL is required.");
        if (!given.contains("openApiDefinition"))
            return refuse(400, "InvalidSwagger", "The OpenAPI definition is required.");
        if (auto wrong = check_definition(given["openApiDefinition"], given)) return *wrong;
        auto name = connector_name(title, environment, tenant_);
        if (connectors_.find(key_of(environment, name), now()) != nullptr) {
            if (!switches_.duplicate_title_varies)
                return refuse(
                    409, "ApiNameAlreadyExists",
                    fmt::format("An api with the display name '{}' already exists in the environment.", title));
            name += fmt::format("{:04x}", ids_.number() & 0xffff);
        }
        json connector{{"name", name},
                       {"environment", environment},
                       {"_salt", ids_.guid()},
                       {"openApiDefinition", given["openApiDefinition"]},
                       {"properties", defaults(title, environment, caller)}};
        connector["_permissions"] = json::array(
            {{{"name", caller.object_id},
              {"id", std::string(base) + "apis/" + name + "/permissions/" + caller.object_id},
              {"type", "Microsoft.PowerApps/apis/permissions"},
              {"properties",
               {{"roleName", "Owner"},
                {"principal", {{"id", caller.object_id}, {"type", "ServicePrincipal"}, {"tenantId", tenant_}}}}}}});
        if (auto wrong = take(connector, given, true)) return *wrong;
        connectors_.put(key_of(environment, name), connector, now());
        return answer(switches_.create_status, shown(request, connector, true));
    }

    json defaults(const std::string& title, const std::string& environment, const Caller& caller) {
        const auto time = format_time(now(), 7);
        const json who{{"id", caller.object_id},
                       {"displayName", "regent"},
                       {"email", ""},
                       {"type", "ServicePrincipal"},
                       {"tenantId", tenant_}};
        return {{"displayName", title},
                {"description", ""},
                {"iconUri", default_icon},
                {"iconBrandColor", "#007ee5"},
                {"contact", json::object()},
                {"license", json::object()},
                {"apiEnvironment", "Shared"},
                {"isCustomApi", true},
                {"connectionParameters", json::object()},
                {"capabilities", json::array()},
                {"createdBy", who},
                {"modifiedBy", who},
                {"createdTime", time},
                {"changedTime", time},
                {"tier", "Premium"},
                {"publisher", "regent"},
                {"almMode", "Environment"},
                {"environment", {{"id", std::string(base) + "environments/" + environment}, {"name", environment}}},
                {"metadata",
                 {{"source", "powerapps-user-defined"},
                  {"environmentName", environment},
                  {"almMode", "Environment"},
                  {"createdBy", who.dump()},
                  {"modifiedBy", who.dump()},
                  {"allowSharing", false}}}};
    }

    /// Takes over what a write may set; every top-level property whole.
    std::optional<Response> take(json& connector, json given, bool creating) const {
        auto& properties = connector["properties"];
        for (const auto* name :
             {"description", "iconBrandColor", "backendService", "capabilities", "policyTemplateInstances",
              "scriptOperations", "publisher", "connectionParameterSets"}) {
            if (given.contains(name)) properties[name] = given[name];
        }
        if (given.contains("iconUri"))
            properties["iconUri"] =
                text(given, "iconUri").empty()
                    ? json(default_icon)
                    : json("https://az787822.vo.msecnd.net/icons/" + text(connector, "name") + ".png");
        if (given.contains("scriptDefinitionUrl")) {
            if (text(given, "scriptDefinitionUrl").empty()) {
                properties.erase("scriptDefinitionUrl");
            } else {
                properties["scriptDefinitionUrl"] = given["scriptDefinitionUrl"];
            }
        }
        if (!properties.value("scriptOperations", json::array()).empty() &&
            !properties.contains("scriptDefinitionUrl")) {
            return refuse(400, "InvalidScriptDefinitionUrlWithNonNullOperations",
                          "Script operations need a script definition URL.");
        }
        if (given.contains("openApiDefinition")) connector["openApiDefinition"] = given["openApiDefinition"];
        if (!given.contains("connectionParameters")) return std::nullopt;
        auto parameters = given["connectionParameters"];
        if (auto wrong = take_oauth(connector, parameters, creating)) return wrong;
        properties["connectionParameters"] = std::move(parameters);
        return std::nullopt;
    }

    Response update(const Request& request, const Caller& caller, const json& stored) {
        json given;
        if (auto wrong = read_properties(request, given)) return *wrong;
        if (!stored.at("properties").value("isCustomApi", true))
            return refuse(400, "CustomApiNotFound", "The api is not a custom api.");
        if (given.contains("displayName"))
            return refuse(400, "CannotUpdateApiDisplayName", "The display name of an api cannot be updated.");
        if (given.contains("metadata"))
            return refuse(400, "CannotUpdateApiMetadata", "The metadata of an api cannot be updated.");
        if (given.size() == 1 && given.contains("connectionParameters")) {
            return refuse(
                500, "ApiHubsRequestFailed",
                R"(The request failed with client error: '{"Code":"","Message":"PUT policy failed with InternalServerError","Target":null}'.)");
        }
        auto connector = stored;
        if (given.contains("openApiDefinition")) {
            if (auto wrong = check_definition(given["openApiDefinition"], given)) {
                if (!switches_.drop_rejected_swagger) return *wrong;
                given.erase("openApiDefinition");
            }
        }
        if (auto wrong = take(connector, given, false)) return *wrong;
        connector["properties"]["changedTime"] = format_time(now(), 7);
        connector["properties"]["modifiedBy"]["id"] = caller.object_id;
        connectors_.put(key_of(text(connector, "environment"), text(connector, "name")), connector, now());
        if (switches_.update_status == 204) return empty_answer(204);
        return answer(switches_.update_status, shown(request, connector, true));
    }

    Response modify_permissions(const Request& request, const json& stored) {
        const auto body = json::parse(request.body, nullptr, false);
        if (!body.is_object()) return refuse(400, "InvalidRequestContent", "The request content was invalid.");
        auto connector = stored;
        auto& permissions = connector["_permissions"];
        for (const auto& entry : body.value("put", json::array())) {
            auto permission = entry;
            const auto id = text(entry.at("properties").at("principal"), "id");
            permission["name"] = id;
            permission["id"] = std::string(base) + "apis/" + text(connector, "name") + "/permissions/" + id;
            permissions.push_back(std::move(permission));
        }
        for (const auto& entry : body.value("delete", json::array())) {
            for (auto it = permissions.begin(); it != permissions.end(); ++it) {
                if (text(*it, "id") != text(entry, "id")) continue;
                if (text((*it)["properties"], "roleName") == "Owner")
                    return refuse(400, "CannotRemoveOwner", "The owner of an api cannot be removed.");
                permissions.erase(it);
                break;
            }
        }
        connectors_.put(key_of(text(connector, "environment"), text(connector, "name")), connector, now());
        return answer(200, json::object());
    }

    // ---- reading

    json shown(const Request& request, const json& stored, bool whole) {
        const auto name = text(stored, "name");
        json properties = stored.at("properties");
        const auto runtime = "https://europe-002.azure-apim.net/apim/" + name.substr(7);
        properties["runtimeUrls"] = {runtime};
        properties["primaryRuntimeUrl"] = runtime;
        properties["apiDefinitions"] = {{"originalSwaggerUrl", signed_url(request, name + ".json_original", stored)},
                                        {"modifiedSwaggerUrl", signed_url(request, name + ".json", stored)}};
        if (auto* settings = oauth_of(properties["connectionParameters"]); settings != nullptr) {
            if (stored.contains("_subject") && parse_time(text(stored, "_subjectAt")).value_or(Time{}) <= now())
                (*settings)["properties"]["FederatedIdentityCredentials"]["Subject"] = stored["_subject"];
        }
        if (whole) properties["swagger"] = proxied(stored);
        return {{"name", name},
                {"id", std::string(base) + "apis/" + name},
                {"type", "Microsoft.PowerApps/apis"},
                {"properties", properties}};
    }

    static json proxied(const json& stored) {
        auto swagger = stored.value("openApiDefinition", json::object());
        swagger["host"] = "europe-002.azure-apim.net";
        swagger["basePath"] = "/apim/" + text(stored, "name").substr(7);
        for (auto& item : swagger["paths"]) {
            for (auto& operation : item) {
                if (operation.is_object() && operation.contains("operationId")) operation["tags"].push_back("api");
            }
        }
        return swagger;
    }

    std::string signed_url(const Request& request, const std::string& blob_name, const json& stored) {
        const auto expiry = format_time(now() + signature_life);
        const auto nonce = fmt::format("{:016x}", ids_.number());
        const auto path = "api-swagger-files/" + text(stored, "environment") + "/" + blob_name;
        return fmt::format("{}/blob/{}?sv=2018-03-28&sr=b&sig={}&se={}&sp=r&n={}", request.base_url, path,
                           percent_encoded(signature(path, expiry, nonce)), percent_encoded(expiry), nonce);
    }

    std::string signature(const std::string& path, const std::string& expiry, const std::string& nonce) const {
        return base64(sha256_bytes("blob key " + tenant_ + path + expiry + nonce));
    }

    // ---- blob storage

    Response blob(const Request& request) {
        const auto path = request.path.substr(6);
        const auto refused = [](int status, const std::string& code, const std::string& message) {
            Response response;
            response.status = status;
            response.set_header("Content-Type", "application/xml");
            response.set_header("x-ms-error-code", code);
            response.body = fmt::format(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{}</Code><Message>{}</Message></Error>", code,
                message);
            return response;
        };
        if (request.header("Authorization"))
            return refused(400, "InvalidAuthenticationInfo",
                           "An Authorization header is not accepted together with a signature.");
        const auto expiry = request.query_value("se").value_or("");
        const auto container = starts_with(path, "resources/") ? std::string("resources") : path;
        // A signature's '+' may arrive as a space where a client decoded it once too often; then it is a wrong
        // signature, as in the real service.
        if (request.query_value("sig").value_or("") !=
            signature(container, expiry, request.query_value("n").value_or("")))
            return refused(403, "AuthenticationFailed", "Server failed to authenticate the request.");
        if (parse_time(expiry).value_or(Time{}) <= now())
            return refused(403, "AuthenticationFailed", "Signature not valid in the specified time frame.");
        if (request.method == "PUT") {
            if (request.header("x-ms-blob-type").value_or("") != "BlockBlob")
                return refused(400, "InvalidHeaderValue", "The value for x-ms-blob-type is not supported.");
            uploads_[path] = request.body;
            return empty_answer(201);
        }
        if (const auto upload = uploads_.find(path); upload != uploads_.end()) {
            Response response;
            response.body = upload->second;
            return response;
        }
        return definition_blob(path, refused(404, "BlobNotFound", "The specified blob does not exist."));
    }

    Response definition_blob(const std::string& path, Response missing) const {
        const auto first = path.find('/'), last = path.rfind('/');
        if (!starts_with(path, "api-swagger-files/") || first == last) return missing;
        auto name = path.substr(last + 1);
        const bool original = name.size() > 14 && name.compare(name.size() - 14, 14, ".json_original") == 0;
        name = name.substr(0, name.size() - (original ? 14 : 5));
        const auto* stored = connectors_.find(key_of(path.substr(first + 1, last - first - 1), name), now(), lag());
        if (stored == nullptr) return missing;
        Response response;
        response.set_header("Content-Type", "application/octet-stream");
        response.body =
            original ? stored->value("openApiDefinition", json::object()).dump(2) : proxied(*stored).dump(2);
        if (switches_.definition_crlf) {
            std::string with_cr;
            for (const char c : response.body) with_cr += c == '\n' ? std::string("\r\n") : std::string(1, c);
            response.body = with_cr;
        }
        if (switches_.definition_bom) response.body.insert(0, "\xEF\xBB\xBF");
        return response;
    }

    // ---- beside the connectors

    Response for_object_id(const Request& request, const Caller& caller, const std::string& rest) {
        const auto slash = rest.find('/', 10);
        const auto id = rest.substr(10, slash - 10);
        const auto action = slash == std::string::npos ? std::string{} : rest.substr(slash + 1);
        if (!same_text(id, caller.object_id))
            return refuse(403, "ObjectIdMismatch", "The object id does not belong to the caller.");
        if (request.method != "POST") return refuse(405, "MethodNotAllowed", "The method is not allowed here.");
        if (action == "validateApiSwagger") {
            const auto document = json::parse(request.body, nullptr, false);
            const auto errors = swagger_errors(document);
            if (!errors.empty()) return refuse(400, "InvalidSwagger", errors.front());
            std::string report;
            if (request.query_value("enableConnectorCertificationRules").value_or("") == "true") {
                for (const auto& warning : certification_warnings(document)) report += warning + "\r\n";
            }
            return answer(200, report);
        }
        if (action != "generateResourceStorage")
            return refuse(404, "RouteNotFound", "The route did not match any controller.");
        const auto expiry = format_time(now() + signature_life);
        const auto nonce = fmt::format("{:016x}", ids_.number());
        return answer(200, {{"sharedAccessSignature",
                             fmt::format("{}/blob/resources?sv=2018-03-28&sr=c&sig={}&se={}&sp=rwl&n={}",
                                         request.base_url, percent_encoded(signature("resources", expiry, nonce)),
                                         percent_encoded(expiry), nonce)}});
    }

    Response admin_list(const std::string& rest) {
        const auto environment = rest.substr(0, rest.find('/'));
        auto value = json::array();
        Request nobody;
        for (const auto* stored : connectors_.all(now(), lag())) {
            if (text(*stored, "environment") == environment) value.push_back(shown(nobody, *stored, false));
        }
        return answer(200, {{"value", value}});
    }

    Response admin_platform(const Request& request) {
        if (request.path.find("/adminApplications") != std::string::npos) {
            const auto id = request.path.substr(request.path.rfind('/') + 1);
            if (request.method == "GET") return answer(200, {{"value", json::array()}});
            return answer(200, {{"applicationId", id}});
        }
        auto value = json::array();
        for (const auto& [id, name] : environments_) {
            value.push_back({{"name", id},
                             {"id", "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/" + id},
                             {"properties", {{"displayName", name}, {"isDefault", starts_with(id, "Default-")}}}});
        }
        return answer(200, {{"value", value}});
    }

    const Clock& clock_;
    const std::string tenant_;
    IdSource ids_;
    PowerAppsSwitches switches_;
    std::map<std::string, std::string> environments_;
    Versioned connectors_;
    std::map<std::string, std::string> uploads_;
};

}  // namespace

std::unique_ptr<Service> make_power_apps(const Clock& clock, std::string tenant_id) {
    return std::make_unique<PowerApps>(clock, std::move(tenant_id));
}

}  // namespace regent::simulator
