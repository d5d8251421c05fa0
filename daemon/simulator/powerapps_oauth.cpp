#include "simulator/powerapps_oauth.hpp"

#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cctype>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// Creates what is missing instead of failing: callers hand in whatever a client sent.
json& object_member(json& object, std::string_view name) {
    if (auto* found = member_of(object, name)) {
        if (!found->is_object()) *found = json::object();
        return *found;
    }
    return object[std::string(name)] = json::object();
}

void collect(json& parameters, const std::string& prefix, std::vector<OAuthBlock>& blocks) {
    if (!parameters.is_object()) return;
    for (auto& [name, parameter] : parameters.items()) {
        if (!same_text(text_of(parameter, "type"), "oauthSetting")) continue;
        auto* settings = member_of(parameter, "oAuthSettings");
        if (settings == nullptr || !settings->is_object()) continue;
        auto kept = std::move(*settings);
        erase_member(parameter, "oAuthSettings");
        parameter["oAuthSettings"] = std::move(kept);
        auto path = prefix;
        path += ".";
        path += name;
        const bool asks = member_of(parameters, name + ":clientId") != nullptr;
        blocks.push_back({std::move(path), &parameter["oAuthSettings"], asks});
    }
}

/// The secret as sent, taken out of the block in every spelling. An empty one is none.
std::string take_secret(json& settings) {
    auto secret = text_of(settings, "clientSecret");
    erase_member(settings, "clientSecret");
    return secret;
}

bool people_bring_the_secret(const json& settings) {
    const auto* custom = member_of(settings, "customParameters");
    return custom != nullptr && parameter_of(*custom, "grantType") == "client_credentials";
}

std::string tenant_of(const json& settings) {
    const auto* custom = member_of(settings, "customParameters");
    return custom == nullptr ? std::string{} : parameter_of(*custom, "tenantId");
}

std::optional<PowerAppsError> check_managed_identity(const json& settings, const std::string& secret,
                                                     const PowerAppsSwitches& switches) {
    if (!switches.managed_identity_available) {
        return PowerAppsError{
            400, "ManagedIdentityNotSupported",
            "The use of a managed identity as credential of a custom connector is a preview that is not available in "
            "this tenant."};
    }
    if (!secret.empty()) {
        return PowerAppsError{400, "InvalidConnectionParameters",
                              "A connection parameter with a client assertion type must not carry a client secret."};
    }
    if (const auto tenant = tenant_of(settings); !is_guid(tenant)) {
        return PowerAppsError{
            400, "InvalidConnectionParameters",
            fmt::format("The tenant id '{}' can not be used with a managed identity. It must be the GUID of a tenant.",
                        tenant)};
    }
    return std::nullopt;
}

std::optional<PowerAppsError> check_block(const OAuthBlock& block, const std::string& secret, bool has_secret,
                                          const OAuthContext& context) {
    const auto& settings = *block.settings;
    if (text_of(settings, "identityProvider").empty()) {
        return PowerAppsError{400, "InvalidConnectionParameters",
                              fmt::format("'{}': the identity provider is missing.", block.path)};
    }
    if (const auto* type = member_of(settings, "clientAssertionType"); type != nullptr && !type->is_null()) {
        if (!uses_managed_identity(settings)) {
            return PowerAppsError{400, "InvalidConnectionParameters",
                                  fmt::format("'{}': the client assertion type is not supported.", block.path)};
        }
        if (auto error = check_managed_identity(settings, secret, context.switches)) return error;
    }
    if (!same_text(text_of(settings, "identityProvider"), "aad") || people_bring_the_secret(settings))
        return std::nullopt;
    if (text_of(settings, "clientId").empty()) {
        if (block.asks_for_client && secret.empty() && context.switches.people_bring_client) return std::nullopt;
        return PowerAppsError{400, "InvalidConnectionParameters",
                              fmt::format("'{}': the client id is missing.", block.path)};
    }
    if (!uses_managed_identity(settings) && !has_secret &&
        (context.creating || context.switches.patch_without_secret == "keep")) {
        return PowerAppsError{400, "InvalidConnectionParameters",
                              fmt::format("'{}': clientSecret missing.", block.path)};
    }
    return std::nullopt;
}

void fill_defaults(json& settings, const std::string& connector_name, const PowerAppsSwitches& switches) {
    erase_member(settings, "redirectMode");
    erase_member(settings, "redirectUrl");
    settings["redirectMode"] = "GlobalPerConnector";
    settings["redirectUrl"] = redirect_url_of(connector_name);
    if (auto* scopes = member_of(settings, "scopes"); scopes == nullptr) {
        settings["scopes"] = json::array();
    } else if (scopes->is_null()) {
        *scopes = json::array();
    }
    auto& properties = object_member(settings, "properties");
    if (!same_text(text_of(settings, "identityProvider"), "aad")) return;

    auto& custom = object_member(settings, "customParameters");
    if (member_of(custom, "loginUri") == nullptr) custom["loginUri"] = {{"value", "https://login.microsoftonline.com"}};
    if (member_of(custom, "tenantId") == nullptr) custom["tenantId"] = {{"value", "common"}};
    if (member_of(custom, "enableOnbehalfOfLogin") == nullptr) custom["enableOnbehalfOfLogin"] = {{"value", "false"}};
    const bool on_behalf_of = same_text(parameter_of(custom, "enableOnbehalfOfLogin"), "true");
    const auto* given = member_of(properties, "IsFirstParty");
    const bool first_party =
        given != nullptr &&
        (given->is_boolean() ? given->get<bool>() : same_text(text_of(properties, "IsFirstParty"), "true"));
    erase_member(properties, "IsFirstParty");
    properties["IsFirstParty"] =
        first_party || (on_behalf_of && switches.first_party_when_on_behalf_of) ? "True" : "False";
}

/// Of the family that Microsoft's own federated credentials have; opaque and case-sensitive to everybody but its
/// issuer.
std::string new_subject(const std::string& tenant_id, IdSource& ids) {
    const auto part = [](const std::string& text) { return base64url(sha256_bytes(text).substr(0, 16)); };
    return fmt::format("/eid1/c/pub/t/{}/a/{}/{}", part(tenant_id), part("Power Apps"),
                       base64url(sha256_bytes(ids.guid())));
}

void store_identity(json& record, const OAuthBlock& block, const OAuthContext& context) {
    auto& settings = *block.settings;
    auto& subjects = object_member(record, "_subjects");
    if (!subjects.contains(block.path)) {
        subjects[block.path] = new_subject(context.tenant_id, context.ids);
        record["_subjectVisibleAt"] =
            format_time(context.now + std::chrono::seconds(context.switches.subject_delay_seconds), 7);
    }
    auto& federated = object_member(object_member(settings, "properties"), "FederatedIdentityCredentials");
    federated = {{"Issuer", fmt::format("https://login.microsoftonline.com/{}/v2.0", tenant_of(settings))},
                 {"Subject", subjects[block.path]},
                 {"Audience", "api://AzureADTokenExchange"}};
}

void recase(json& object, bool upper) {
    json renamed = json::object();
    for (auto& [name, value] : object.items()) {
        auto spelled = name;
        if (!spelled.empty()) {
            const auto first = static_cast<unsigned char>(spelled[0]);
            spelled[0] = static_cast<char>(upper ? std::toupper(first) : std::tolower(first));
        }
        renamed[spelled] = value;
    }
    object = std::move(renamed);
}

}  // namespace

std::vector<OAuthBlock> oauth_blocks(json& properties) {
    std::vector<OAuthBlock> blocks;
    if (auto* parameters = member_of(properties, "connectionParameters"))
        collect(*parameters, "connectionParameters", blocks);
    auto* sets = member_of(properties, "connectionParameterSets");
    auto* values = sets == nullptr ? nullptr : member_of(*sets, "values");
    if (values == nullptr || !values->is_array()) return blocks;
    for (auto& set : *values) {
        if (auto* parameters = member_of(set, "parameters")) {
            collect(*parameters, "connectionParameterSets." + text_of(set, "name"), blocks);
        }
    }
    return blocks;
}

bool uses_managed_identity(const json& settings) {
    return same_text(text_of(settings, "clientAssertionType"), "GenericFederatedIdentityCredential");
}

std::string redirect_url_of(const std::string& connector_name) {
    return fmt::format("https://global.consent.azure-apim.net/redirect/{}", bare_connector_name(connector_name));
}

std::optional<PowerAppsError> store_oauth(json& record, const OAuthContext& context) {
    const auto name = text_of(record, "name");
    const auto stored = record.value("_clientSecrets", json::object());
    json secrets = json::object();
    for (const auto& block : oauth_blocks(record["properties"])) {
        const auto secret = take_secret(*block.settings);
        const auto group = block.path.substr(0, block.path.find('.'));
        const bool is_sent = context.sent == nullptr || member_of(*context.sent, group) != nullptr;
        const bool keeps = stored.contains(block.path) && (!is_sent || context.switches.patch_without_secret == "keep");
        if (auto error = check_block(block, secret, !secret.empty() || keeps, context)) return error;
        fill_defaults(*block.settings, name, context.switches);
        if (uses_managed_identity(*block.settings)) {
            store_identity(record, block, context);
        } else {
            if (auto* properties = member_of(*block.settings, "properties"))
                erase_member(*properties, "FederatedIdentityCredentials");
            if (!secret.empty()) {
                secrets[block.path] = sha256_hex(secret);
            } else if (keeps) {
                secrets[block.path] = stored[block.path];
            }
        }
    }
    record["_clientSecrets"] = std::move(secrets);
    return std::nullopt;
}

void renew_subjects(json& record, const OAuthContext& context) {
    record["_subjects"] = json::object();
    for (const auto& block : oauth_blocks(record["properties"])) {
        if (uses_managed_identity(*block.settings)) store_identity(record, block, context);
    }
}

void show_oauth(json& properties, bool subjects_are_there, const PowerAppsSwitches& switches) {
    for (const auto& block : oauth_blocks(properties)) {
        auto* inner = member_of(*block.settings, "properties");
        auto* federated = inner == nullptr ? nullptr : member_of(*inner, "FederatedIdentityCredentials");
        if (federated != nullptr && !subjects_are_there) (*federated)["Subject"] = "";
        auto* custom = member_of(*block.settings, "customParameters");
        if (custom != nullptr && switches.custom_parameter_casing != "asSent") {
            recase(*custom, switches.custom_parameter_casing == "pascal");
        }
    }
}

}  // namespace regent::simulator
