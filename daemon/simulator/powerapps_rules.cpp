#include "simulator/powerapps_rules.hpp"

#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_names.hpp"
#include "simulator/powerapps_oauth.hpp"
#include "simulator/powerapps_permissions.hpp"
#include "simulator/powerapps_view.hpp"
#include "simulator/swagger.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// What a save replaces whole when it carries it. Everything else is handled by name or not taken over at all.
constexpr std::array updatable{
    "description",          "iconBrandColor",          "backendService",          "capabilities",    "publisher",
    "connectionParameters", "connectionParameterSets", "policyTemplateInstances", "scriptOperations"};
/// Accepted without effect: the service generates them, and clients echo them.
constexpr std::array handled_elsewhere{"displayName",         "environment", "openApiDefinition", "iconUri",
                                       "scriptDefinitionUrl", "contact",     "license",           "apiEnvironment",
                                       "isCustomApi",         "tier"};

bool is_known(const std::string& name) {
    const auto same = [&](const char* known) { return same_text(known, name); };
    return std::any_of(updatable.begin(), updatable.end(), same) ||
           std::any_of(handled_elsewhere.begin(), handled_elsewhere.end(), same);
}

struct Url {
    std::string host, path;
};

Url split_url(const std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return {};
    const auto rest = url.substr(scheme + 3);
    const auto slash = rest.find('/');
    return {lower(rest.substr(0, slash)),
            slash == std::string::npos ? "/" : rest.substr(slash, rest.find('?') - slash)};
}

std::string_view without_last_slash(std::string_view path) {
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
    return path;
}

bool ends_with_text(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && same_text(text.substr(text.size() - end.size()), end);
}

/// What each operation is given; a tag that the first save met as the client's own is left as it is.
void append_tag(json& definition, const std::string& tag) {
    if (tag.empty() || !definition.contains("paths") || !definition["paths"].is_object()) return;
    for (auto& item : definition["paths"]) {
        if (!item.is_object()) continue;
        for (auto& [verb, operation] : item.items()) {
            if (!operation.is_object()) continue;
            auto tags = operation.value("tags", json::array());
            if (!tags.is_array() || std::find(tags.begin(), tags.end(), tag) != tags.end()) continue;
            tags.push_back(tag);
            operation["tags"] = std::move(tags);
        }
    }
}

/// The service's own tag, met again in what a client sends as its own.
std::optional<PowerAppsError> check_echoed_tags(const json& definition, const std::string& bare_name) {
    const auto paths = definition.value("paths", json::object());
    for (const auto& [path, item] : paths.items()) {
        if (!item.is_object()) continue;
        for (const auto& [verb, operation] : item.items()) {
            const auto tags = operation.is_object() ? operation.value("tags", json()) : json();
            if (!tags.is_array() || std::find(tags.begin(), tags.end(), bare_name) == tags.end()) continue;
            return gateway_refusal(
                400, fmt::format("Non-unique array item at index {0}. Path 'paths.{1}.{2}.tags[{0}]'.", tags.size(),
                                 path, verb));
        }
    }
    return std::nullopt;
}

json kept_copy(const Blob& blob) {
    return {{"contentType", blob.content_type}, {"base64", base64(blob.content)}};
}

json somebody_else() {
    return {{"id", "99999999-9999-9999-9999-999999999999"},
            {"displayName", "Somebody Else"},
            {"email", "somebody.else@contoso.example"},
            {"type", "User"}};
}

}  // namespace

std::optional<PowerAppsError> ConnectorRules::check_shape(const json& properties,
                                                          const std::string& environment) const {
    if (member_of(properties, "stackOwner") != nullptr) {
        return invalid_content(
            "Could not find member 'stackOwner' on object of type 'ApiProperties'. Path 'properties.stackOwner'");
    }
    for (const auto& member : properties.items()) {
        if (switches_.unknown_properties == "refuse" && !is_known(member.key()) &&
            !same_text(member.key(), "metadata")) {
            return invalid_content(fmt::format(
                "Could not find member '{0}' on object of type 'ApiProperties'. Path 'properties.{0}'", member.key()));
        }
    }
    if (const auto* given = member_of(properties, "environment");
        given != nullptr && !same_text(text_of(*given, "name"), environment)) {
        return PowerAppsError{
            400, "EnvironmentMismatch",
            fmt::format("The environment '{}' of the request body does not match the environment '{}' of the filter.",
                        text_of(*given, "name"), environment)};
    }
    constexpr std::array objects{"openApiDefinition", "connectionParameters", "connectionParameterSets",
                                 "backendService"};
    for (const auto* name : objects) {
        const auto* value = member_of(properties, name);
        if (value == nullptr || value->is_object() ||
            (value->is_null() && std::string_view(name) == "connectionParameterSets"))
            continue;
        return invalid_content(fmt::format("Error converting value of type '{}' to an object. Path 'properties.{}'",
                                           value->type_name(), name));
    }
    for (const auto* name : {"capabilities", "policyTemplateInstances", "scriptOperations"}) {
        const auto* value = member_of(properties, name);
        if (value == nullptr || value->is_array() || value->is_null()) continue;
        return invalid_content(fmt::format("Error converting value of type '{}' to an array. Path 'properties.{}'",
                                           value->type_name(), name));
    }
    return std::nullopt;
}

std::optional<PowerAppsError> ConnectorRules::check_definition(const json& definition, const json& properties) const {
    if (const auto errors = swagger_errors(definition, switches_.swagger()); !errors.empty()) {
        return gateway_refusal(
            400, fmt::format("Specified swagger has the following errors: 'Definition is not valid. Error: '{} '.",
                             swagger_report(errors, "Error")));
    }
    const auto* backend = member_of(properties, "backendService");
    const auto url = backend == nullptr ? std::string{} : text_of(*backend, "serviceUrl");
    const auto place = split_url(url);
    if (place.host.empty())
        return PowerAppsError{400, "InvalidBackendService",
                              fmt::format("The backend service URL '{}' is not valid.", url)};
    const auto base_path = definition.value("basePath", "/");
    const bool is_gateway = ends_with_text(place.host, ".azure-apim.net") || starts_with(base_path, "/apim/");
    const auto backend_path = is_gateway ? std::string_view("/") : std::string_view(place.path);
    if (is_gateway || !ends_with_text(without_last_slash(backend_path), without_last_slash(base_path))) {
        return gateway_refusal(
            400, fmt::format("Swagger contains base path:{} but backend Url doesn't end on same path:{}", base_path,
                             backend_path));
    }
    if (definition.contains("host") && !same_text(definition.value("host", ""), place.host)) {
        return gateway_refusal(400, fmt::format("Swagger contains host:{} but backend Url contains host:{}",
                                                definition.value("host", ""), place.host));
    }
    return std::nullopt;
}

std::optional<PowerAppsError> ConnectorRules::take_icon(json& record, const json& properties) const {
    const auto* given = member_of(properties, "iconUri");
    if (given == nullptr) return std::nullopt;
    const auto url = given->is_string() ? given->get<std::string>() : std::string{};
    record.erase("_icon");
    record["properties"]["iconUri"] = url.empty() ? default_icon_url : url;
    // An address elsewhere cannot be read from here; the service would show its own copy of it.
    if (!BlobStore::is_own_address(url)) return std::nullopt;
    const auto blob = read_blob_(url);
    if (!blob) return PowerAppsError{400, "InvalidIconUri", "The icon could not be downloaded from the given address."};
    record["_icon"] = kept_copy(*blob);
    record["properties"]["iconUri"] = default_icon_url;
    return std::nullopt;
}

std::optional<PowerAppsError> ConnectorRules::take_script(json& record, const json& properties) const {
    auto& stored = record["properties"];
    if (const auto* given = member_of(properties, "scriptDefinitionUrl")) {
        const auto url = given->is_string() ? given->get<std::string>() : std::string{};
        record.erase("_script");
        stored.erase("scriptDefinitionUrl");
        if (url.empty() && member_of(properties, "scriptOperations") == nullptr) stored.erase("scriptOperations");
        if (!url.empty()) {
            if (switches_.script_failure == "capacity")
                return gateway_refusal(500, "Unable to find an unassigned function app in 'westeurope'");
            if (switches_.script_failure == "compile")
                return gateway_refusal(
                    400, "Script compilation failed: (1,1): error CS0116: A namespace cannot directly contain members");
            stored["scriptDefinitionUrl"] = url;
            if (BlobStore::is_own_address(url)) {
                const auto blob = read_blob_(url);
                if (!blob)
                    return PowerAppsError{400, "InvalidScriptDefinitionUrl",
                                          "The script could not be downloaded from the given address."};
                record["_script"] = kept_copy(*blob);
            }
        }
    }
    const auto operations = stored.value("scriptOperations", json());
    const bool has_script = stored.contains("scriptDefinitionUrl") || record.contains("_script");
    if (operations.is_array() && !operations.empty() && !has_script) {
        return PowerAppsError{400, "InvalidScriptDefinitionUrlWithNonNullOperations",
                              "The script definition URL must not be null or empty when script operations are given."};
    }
    return std::nullopt;
}

std::optional<PowerAppsError> ConnectorRules::take(json& record, const json& properties, bool creating) {
    for (const auto* name : updatable) {
        const auto* value = member_of(properties, name);
        if (value == nullptr) continue;
        if (value->is_null() && std::string_view(name) == "connectionParameterSets" &&
            switches_.parameter_sets_null == "keep")
            continue;
        if (value->is_null()) {
            record["properties"].erase(name);
        } else {
            record["properties"][name] = *value;
        }
    }
    const auto* definition = member_of(properties, "openApiDefinition");
    if (definition != nullptr || member_of(properties, "backendService") != nullptr) {
        auto error =
            check_definition(definition != nullptr ? *definition : record["openApiDefinition"], record["properties"]);
        const auto name = std::string(bare_connector_name(text_of(record, "name")));
        if (!error && definition != nullptr) error = check_echoed_tags(*definition, name);
        const auto tag = switches_.appended_tags == "none"   ? std::string{}
                         : switches_.appended_tags == "name" ? name
                                                             : text_of(record["properties"], "displayName");
        if (!error && definition != nullptr && !creating && !tag.empty()) error = check_echoed_tags(*definition, tag);
        if (error && (creating || !switches_.drop_rejected_swagger)) return error;
        if (!error && definition != nullptr) {
            record["openApiDefinition"] = *definition;
            append_tag(record["openApiDefinition"], tag);
        }
    }
    if (auto error = take_icon(record, properties)) return error;
    if (auto error = take_script(record, properties)) return error;
    return store_oauth(record, {switches_, tenant_id_, ids_, now_, creating, &properties});
}

std::optional<PowerAppsError> ConnectorRules::create(json& record, const json& properties, const Caller& caller) {
    if (auto error = check_shape(properties, text_of(record, "environment"))) return error;
    for (const auto* name : {"environment", "backendService", "openApiDefinition"}) {
        if (member_of(properties, name) == nullptr)
            return invalid_content(fmt::format("Required property '{}' not found in JSON. Path 'properties'", name));
    }
    const auto maker = named_maker(caller);
    record["properties"] = fresh_properties(record, maker);
    record["properties"]["displayName"] = text_of(properties, "displayName");
    record["permissions"] = json::array({owner_permission(caller)});
    return take(record, properties, true);
}

std::optional<PowerAppsError> ConnectorRules::update(json& record, const json& properties, const Caller& caller) {
    if (member_of(properties, "displayName") != nullptr) {
        return PowerAppsError{400, "CannotUpdateApiDisplayName", "The display name of an api cannot be updated."};
    }
    if (member_of(properties, "metadata") != nullptr) {
        return PowerAppsError{400, "CannotUpdateApiMetadata", "The metadata of an api cannot be updated."};
    }
    if (auto error = check_shape(properties, text_of(record, "environment"))) return error;
    if (properties.size() == 1 && member_of(properties, "connectionParameters") != nullptr) {
        return gateway_refusal(
            500, fmt::format("PUT https://management.azure-apim.net/apis/{}/policy?api-version=2019-01-01 failed with "
                             "InternalServerError, "
                             "content={{\"error\":{{\"code\":\"InternalServerError\"}}}}",
                             bare_connector_name(text_of(record, "name"))));
    }
    if (auto error = take(record, properties, false)) return error;
    stamp(record, named_maker(caller));
    return std::nullopt;
}

json ConnectorRules::named_maker(const Caller& caller) const {
    auto maker = maker_of(caller);
    if (caller.user.empty() && switches_.application_saves_as == "appId") maker["id"] = caller.app_id;
    return maker;
}

void ConnectorRules::stamp(json& record, const json& maker) const {
    auto& properties = record["properties"];
    // Two saves within one tick of the clock still differ: readers tell a save by a changedTime that has moved.
    auto changed = now_;
    auto text = format_time(changed, 7);
    while (text <= text_of(properties, "changedTime")) {
        changed = std::max(changed, parse_time(text_of(properties, "changedTime")).value_or(changed)) +
                  std::chrono::milliseconds(1);
        text = format_time(changed, 7);
    }
    if (switches_.changed_time_moves) properties["changedTime"] = text;
    properties["modifiedBy"] = maker;
    properties["metadata"]["modifiedBy"] = maker.dump();
    properties["metadata"]["brandColor"] = properties.value("iconBrandColor", json());
}

json ConnectorRules::fresh_properties(const json& record, const json& maker) const {
    const auto environment = text_of(record, "environment");
    const auto time = format_time(now_, 7);
    return {
        {"displayName", ""},
        {"description", ""},
        {"iconUri", default_icon_url},
        {"iconBrandColor", "#007ee5"},
        {"contact", json::object()},
        {"license", json::object()},
        {"apiEnvironment", "Shared"},
        {"isCustomApi", true},
        {"connectionParameters", json::object()},
        {"capabilities", json::array()},
        {"metadata",
         {{"source", "powerapps-user-defined"},
          {"brandColor", "#007ee5"},
          {"contact", json::object()},
          {"license", json::object()},
          {"publisherUrl", nullptr},
          {"serviceUrl", nullptr},
          {"documentationUrl", nullptr},
          {"environmentName", environment},
          {"xrmConnectorId", nullptr},
          {"almMode", "Environment"},
          {"createdBy", maker.dump()},
          {"modifiedBy", maker.dump()},
          {"allowSharing", false}}},
        {"createdBy", maker},
        {"modifiedBy", maker},
        {"createdTime", time},
        {"changedTime", time},
        {"environment", {{"id", "/providers/Microsoft.PowerApps/environments/" + environment}, {"name", environment}}},
        {"tier", "Premium"},
        {"publisher", maker["displayName"]},
        {"almMode", "Environment"}};
}

void ConnectorRules::complete(json& record) {
    auto given = record.value("properties", json::object());
    record["properties"] = fresh_properties(record, somebody_else());
    for (const auto& [name, value] : given.items()) record["properties"][name] = value;
    if (!record.contains("permissions")) record["permissions"] = json::array();
    if (!record.contains("openApiDefinition")) {
        record["openApiDefinition"] = {{"swagger", "2.0"},
                                       {"info", {{"title", text_of(given, "displayName")}, {"version", "1.0"}}},
                                       {"paths", json::object()}};
    }
    auto& secrets = record["_clientSecrets"];
    if (!secrets.is_object()) secrets = json::object();
    auto subjects = record.value("_subjects", json::object());
    for (const auto& block : oauth_blocks(record["properties"])) {
        if (const auto secret = text_of(*block.settings, "clientSecret"); !secret.empty()) {
            secrets[block.path] = sha256_hex(secret);
        } else if (secrets.empty() && record.contains("_clientSecretSha256")) {
            secrets[block.path] = record["_clientSecretSha256"];
        }
        erase_member(*block.settings, "clientSecret");
        if (text_of(*block.settings, "redirectUrl").empty())
            (*block.settings)["redirectUrl"] = redirect_url_of(text_of(record, "name"));
        const auto* properties = member_of(*block.settings, "properties");
        const auto* federated =
            properties == nullptr ? nullptr : member_of(*properties, "FederatedIdentityCredentials");
        const auto subject = federated == nullptr ? std::string{} : text_of(*federated, "Subject");
        if (!subject.empty()) subjects[block.path] = subject;
    }
    if (!subjects.empty()) record["_subjects"] = std::move(subjects);
    record.erase("_clientSecretSha256");
}

void ConnectorRules::touch(json& record) {
    stamp(record, somebody_else());
}

void ConnectorRules::renew_identity(json& record) {
    renew_subjects(record, {switches_, tenant_id_, ids_, now_, false, nullptr});
}

}  // namespace regent::simulator
