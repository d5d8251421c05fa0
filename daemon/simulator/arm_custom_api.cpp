#include "simulator/arm_custom_api.hpp"

#include "simulator/arm_tags.hpp"
#include "simulator/powerapps_member.hpp"
#include "simulator/swagger.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// Members that the REST specification names; those that the service makes are taken and forgotten.
constexpr std::array kept_members{"displayName",  "description", "iconUri",        "brandColor",
                                  "capabilities", "apiType",     "backendService", "connectionParameters"};
constexpr std::array made_members{"swagger", "apiDefinitions", "runtimeUrls", "wsdlDefinition", "primaryRuntimeUrl"};

template <std::size_t N>
bool is_known_name(const std::array<const char*, N>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(), [&](const char* known) { return same_text(known, name); });
}

ArmError invalid_parameters(const std::string& parameter, const std::string& why) {
    return {400, "InvalidConnectionParameters", fmt::format("Connection parameter '{}': {}", parameter, why)};
}

std::string redirect_url_in(const std::string& region) {
    return fmt::format("https://logic-apis-{}.consent.azure-apim.net/redirect", region);
}

/// One OAuth block: the secret goes where nobody sees it, the redirect address is the region's.
std::optional<ArmError> take_settings(const std::string& name, json& settings, const json& stored, json& secrets,
                                      const std::string& region, const ArmSwitches& switches) {
    const auto provider = text_of(settings, "identityProvider");
    if (provider.empty()) return invalid_parameters(name, "the identity provider is missing.");
    if (const auto* assertion = member_of(settings, "clientAssertionType");
        assertion != nullptr && !assertion->is_null())
        return invalid_parameters(name, "'clientAssertionType' is not supported.");
    if (text_of(settings, "clientId").empty() && switches.without_client_id == "refuse")
        return invalid_parameters(name, "the client id is missing.");
    auto secret = text_of(settings, "clientSecret");
    erase_member(settings, "clientSecret");
    if (!secret.empty()) {
        secrets[name] = sha256_hex(secret);
    } else if (stored.contains(name) && switches.put_without_secret == "keep") {
        secrets[name] = stored[name];
    } else if (!stored.contains(name) || switches.put_without_secret == "refuse") {
        return invalid_parameters(name, "the client secret is missing.");
    }
    erase_member(settings, "redirectUrl");
    erase_member(settings, "redirectMode");
    settings["redirectMode"] = "Global";
    settings["redirectUrl"] = redirect_url_in(region);
    if (member_of(settings, "scopes") == nullptr) settings["scopes"] = json::array();
    if (member_of(settings, "properties") == nullptr) settings["properties"] = json::object();
    return std::nullopt;
}

std::optional<ArmError> take_parameters(json& record, json& parameters, const ArmSwitches& switches) {
    const auto stored = record.value("_clientSecrets", json::object());
    auto secrets = json::object();
    for (auto& [name, parameter] : parameters.items()) {
        const auto type = text_of(parameter, "type");
        if (type.empty()) return invalid_parameters(name, "the type is missing.");
        if (!same_text(type, "oauthSetting")) continue;
        auto* settings = member_of(parameter, "oAuthSettings");
        if (settings == nullptr || !settings->is_object())
            return invalid_parameters(name, "'oAuthSettings' is missing.");
        const auto region = text_of(record, "location");
        if (auto error = take_settings(name, *settings, stored, secrets, region, switches)) return error;
    }
    record["_clientSecrets"] = std::move(secrets);
    return std::nullopt;
}

std::optional<ArmError> check_properties(const json& properties, const ArmSwitches& switches) {
    for (const auto& [name, value] : properties.items()) {
        if (is_known_name(kept_members, name) || is_known_name(made_members, name) ||
            switches.unknown_properties == "drop")
            continue;
        return arm_invalid_content(fmt::format(
            "Could not find member '{}' on object of type 'ApiResourceDefinition'. Path 'properties.{}'", name, name));
    }
    for (const auto* name : {"displayName", "description", "iconUri", "brandColor", "apiType"}) {
        const auto* value = member_of(properties, name);
        if (value != nullptr && !value->is_null() && !value->is_string())
            return arm_invalid_content(fmt::format("Error converting value. Path 'properties.{}'", name));
    }
    if (const auto type = text_of(properties, "apiType");
        !type.empty() && type != "Rest" && type != "Soap" && type != "NotSpecified")
        return arm_invalid_content(
            fmt::format("Error converting value \"{}\" to type 'ApiType'. Path 'properties.apiType'", type));
    return std::nullopt;
}

std::optional<ArmError> take_definition(json& record, const json& properties) {
    record["openApiDefinition"] = nullptr;
    const auto* definition = member_of(properties, "swagger");
    if (definition == nullptr || definition->is_null()) return std::nullopt;
    if (!definition->is_object()) return arm_invalid_content("Error converting value. Path 'properties.swagger'");
    if (definition->empty()) return std::nullopt;
    if (const auto findings = swagger_errors(*definition, {.documented = false}); !findings.empty()) {
        return ArmError{400, "InvalidApiSwagger",
                        fmt::format("The swagger of the API is invalid: {}", swagger_report(findings, "Error"))};
    }
    record["openApiDefinition"] = *definition;
    return std::nullopt;
}

std::optional<ArmError> take_location(json& record, const json& body) {
    const auto given = text_of(body, "location");
    if (given.empty())
        return ArmError{400, "LocationRequired", "The location property is required for this definition."};
    const auto region = azure_region(given);
    if (region.empty()) {
        return ArmError{400, "LocationNotAvailableForResourceType",
                        fmt::format("The provided location '{}' is not available for resource type "
                                    "'Microsoft.Web/customApis'.",
                                    given)};
    }
    if (const auto there = text_of(record, "location"); !there.empty() && there != region) {
        return ArmError{
            409, "InvalidResourceLocation",
            fmt::format("The resource '{}' already exists in location '{}' in resource group '{}'. A resource "
                        "with the same name cannot be created in location '{}'. Please select a new resource "
                        "name.",
                        text_of(record, "name"), there, text_of(record, "resourceGroup"), region)};
    }
    record["location"] = region;
    return std::nullopt;
}

std::optional<ArmError> check_names(const json& record, const json& body) {
    const auto id = text_of(body, "id"), name = text_of(body, "name"), type = text_of(body, "type");
    if (!id.empty() && !same_text(id, custom_api_id(record)))
        return arm_invalid_content(fmt::format("The id '{}' in the body does not match the request's URL", id));
    if (!name.empty() && !same_text(name, text_of(record, "name")))
        return arm_invalid_content(fmt::format("The name '{}' in the body does not match the request's URL", name));
    if (!type.empty() && !same_text(type, "Microsoft.Web/customApis"))
        return arm_invalid_content(fmt::format("The type '{}' in the body does not match the request's URL", type));
    return std::nullopt;
}

/// https://learn.microsoft.com/rest/api/resources/resources/get-by-id (systemData)
json system_data_of(const json& record, const ArmSwitches& switches) {
    const auto maker = record.value("_createdBy", json::object());
    const auto user = text_of(maker, "user");
    const auto* id = switches.system_data == "appId" ? "appId" : "objectId";
    return {{"createdBy", user.empty() ? text_of(maker, id) : user},
            {"createdByType", user.empty() ? "Application" : "User"},
            {"createdAt", text_of(maker, "at")}};
}

}  // namespace

std::string custom_api_id(const json& record) {
    return fmt::format("/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Web/customApis/{}",
                       text_of(record, "subscription"), text_of(record, "resourceGroup"), text_of(record, "name"));
}

std::string definition_blob(const json& record) {
    return sha256_hex(lower(custom_api_id(record))).substr(0, 32) + ".json_original";
}

std::optional<ArmError> put_custom_api(json& record, const json& body, const ArmSwitches& switches) {
    if (!body.is_object()) return arm_invalid_content("Unexpected content of the body");
    if (auto error = check_names(record, body)) return error;
    if (auto error = take_location(record, body)) return error;
    const auto* tags = member_of(body, "tags");
    if (tags != nullptr && !tags->is_null()) {
        if (auto error = check_arm_tags(*tags)) return error;
        record["tags"] = *tags;
    } else {
        record["tags"] = json::object();
    }
    const auto* properties = member_of(body, "properties");
    if (properties == nullptr || !properties->is_object())
        return arm_invalid_content("Required property 'properties' not found in JSON. Path ''");
    if (auto error = check_properties(*properties, switches)) return error;
    if (auto error = take_definition(record, *properties)) return error;
    auto kept = json::object();
    for (const auto* name : kept_members) {
        if (const auto* value = member_of(*properties, name); value != nullptr && !value->is_null())
            kept[name] = *value;
    }
    if (!kept.contains("connectionParameters")) kept["connectionParameters"] = json::object();
    if (!kept["connectionParameters"].is_object())
        return arm_invalid_content("Error converting value. Path 'properties.connectionParameters'");
    if (auto error = take_parameters(record, kept["connectionParameters"], switches)) return error;
    record["properties"] = std::move(kept);
    complete_custom_api(record);
    return std::nullopt;
}

std::optional<ArmError> patch_custom_api(json& record, const json& body, const ArmSwitches& switches) {
    if (!body.is_object()) return arm_invalid_content("Unexpected content of the body");
    const auto* tags = member_of(body, "tags");
    if (tags == nullptr) return std::nullopt;
    if (auto error = check_arm_tags(*tags)) return error;
    auto wanted = switches.patch_of_tags == "merge" ? merged_arm_tags(record["tags"], *tags) : *tags;
    if (auto error = check_arm_tags(wanted)) return error;
    record["tags"] = std::move(wanted);
    return std::nullopt;
}

void complete_custom_api(json& record) {
    for (const auto* member : {"tags", "properties", "_clientSecrets"}) {
        if (!record.contains(member)) record[member] = json::object();
    }
    if (!record.contains("_createdBy")) record["_createdBy"] = {{"user", "maker@contoso.example"}};
    if (!record.contains("openApiDefinition")) record["openApiDefinition"] = nullptr;
    auto& properties = record["properties"];
    if (!properties.contains("connectionParameters")) properties["connectionParameters"] = json::object();
    if (!properties.contains("apiType")) properties["apiType"] = "Rest";
    if (!properties.contains("capabilities")) properties["capabilities"] = json::array();
    for (auto& [name, parameter] : properties["connectionParameters"].items()) {
        if (!same_text(text_of(parameter, "type"), "oauthSetting")) continue;
        auto* settings = member_of(parameter, "oAuthSettings");
        if (settings == nullptr || !settings->is_object()) continue;
        const auto secret = text_of(*settings, "clientSecret");
        if (!secret.empty()) record["_clientSecrets"][name] = sha256_hex(secret);
        erase_member(*settings, "clientSecret");
        erase_member(*settings, "redirectUrl");
        (*settings)["redirectUrl"] = redirect_url_in(text_of(record, "location"));
    }
}

json shown_custom_api(const json& record, bool exporting, const ArmSwitches& switches, BlobStore& blobs,
                      const std::string& base_url) {
    auto properties = record.at("properties");
    const auto region = text_of(record, "location"), name = text_of(record, "name");
    properties["runtimeUrls"] = {fmt::format("https://logic-apis-{}.azure-apim.net/apim/{}", region, name)};
    const auto& definition = record.at("openApiDefinition");
    if (exporting) {
        properties.erase("backendService");
    } else if (!definition.is_null()) {
        if (switches.definition_on_read != "inline") {
            const auto blob = definition_blob(record);
            properties["apiDefinitions"] = {
                {"originalSwaggerUrl", blobs.address_of(base_url, custom_api_container, blob)},
                {"modifiedSwaggerUrl", blobs.address_of(base_url, custom_api_container, blob)}};
        }
        if (switches.definition_on_read != "url") properties["swagger"] = definition;
    }
    json shown{{"id", custom_api_id(record)},        {"name", name},
               {"type", "Microsoft.Web/customApis"}, {"location", region},
               {"tags", record.at("tags")},          {"properties", std::move(properties)}};
    if (switches.system_data != "none") shown["systemData"] = system_data_of(record, switches);
    return shown;
}

}  // namespace regent::simulator
