#include "simulator/application_shape.hpp"

#include "simulator/key_credentials.hpp"
#include "simulator/members.hpp"
#include "simulator/passwords.hpp"
#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// Metadata knows them; answers hold them only where `$select` names them.
constexpr std::array<const char*, 6> members_to_select{
    "authenticationBehaviors", "createdByAppId",           "isDisabled", "logo",
    "managerApplications",     "oauth2RequirePostResponse"};

/// Defaults where `value` has null or nothing, as deep as `defaults` goes.
void fill(json& value, const json& defaults) {
    for (const auto& [name, standard] : defaults.items()) {
        auto& member = value[name];
        if (member.is_null()) member = standard;
        if (standard.is_object()) fill(member, standard);
    }
}

/// Graph makes null of an empty text.
void empty_to_null(json& object, std::initializer_list<const char*> names) {
    for (const auto* name : names) {
        auto& member = object[name];
        if (member.is_string() && member.get_ref<const std::string&>().empty()) member = nullptr;
    }
}

/// A text, or each text of a list, in lower case.
void lower_ids(json& value) {
    if (value.is_string()) value = lower(value.get<std::string>());
    if (value.is_array()) std::for_each(value.begin(), value.end(), lower_ids);
}
void lower_member(json& object, const char* name) {
    if (object.is_object() && object.contains(name)) lower_ids(object[name]);
}

void normalise_permissions(json& entries, bool are_scopes) {
    for (auto& entry : entries) {
        entry["origin"] = "Application";
        lower_member(entry, "id");
        if (!entry.contains("isEnabled") || entry["isEnabled"].is_null()) entry["isEnabled"] = false;
        if (are_scopes) {
            empty_to_null(entry, {"adminConsentDescription", "adminConsentDisplayName", "userConsentDescription",
                                  "userConsentDisplayName", "value"});
            if (text(entry, "type").empty()) entry["type"] = "User";
        } else {
            empty_to_null(entry, {"description", "displayName", "value"});
            if (!entry.contains("allowedMemberTypes")) entry["allowedMemberTypes"] = json::array();
        }
    }
}

void normalise_optional_claims(json& claims) {
    if (!claims.is_object()) return;
    for (const auto* token : {"idToken", "accessToken", "saml2Token"}) {
        auto& entries = claims[token];
        if (!entries.is_array()) entries = json::array();
        for (auto& entry : entries) {
            if (!entry.contains("source")) entry["source"] = nullptr;
            if (!entry.contains("essential")) entry["essential"] = false;
            if (list(entry, "additionalProperties").empty()) entry["additionalProperties"] = json::array();
        }
    }
}

void reverse(json& entries) {
    if (entries.is_array()) std::reverse(entries.begin(), entries.end());
}

/// "A,B" as "B, A": Graph keeps neither order nor blanks.
void turn_words(json& words) {
    if (!words.is_string()) return;
    const auto text = words.get<std::string>();
    const auto comma = text.rfind(',');
    if (comma == std::string::npos) return;
    auto first = json(text.substr(0, comma));
    turn_words(first);
    words = text.substr(text.find_first_not_of(' ', comma + 1)) + ", " + first.get<std::string>();
}

void turn_lists(json& shown) {
    for (const auto* name : {"identifierUris", "tags", "requiredResourceAccess", "appRoles"}) reverse(shown[name]);
    for (const auto* name : {"web", "spa", "publicClient"}) reverse(shown[name]["redirectUris"]);
    auto& api = shown["api"];
    for (const auto* name : {"oauth2PermissionScopes", "knownClientApplications", "preAuthorizedApplications"})
        reverse(api[name]);
    for (auto& entry : shown["requiredResourceAccess"]) reverse(entry["resourceAccess"]);
    turn_words(shown["groupMembershipClaims"]);
    reverse(shown["parentalControlSettings"]["countriesBlockedForMinors"]);
    if (shown["optionalClaims"].is_object()) {
        for (const auto* token : {"idToken", "accessToken", "saml2Token"}) {
            for (auto& claim : shown["optionalClaims"][token]) reverse(claim["additionalProperties"]);
            reverse(shown["optionalClaims"][token]);
        }
    }
    reverse(shown["addIns"]);
}

json shown_with_keys(const json& stored, Order order) {
    auto shown = without_internal_members(stored);
    if (order == Order::turned) turn_lists(shown);
    hide_passwords(shown);
    auto settings = json::array();
    for (const auto& uri : shown["web"]["redirectUris"]) settings.push_back({{"uri", uri}, {"index", nullptr}});
    shown["web"]["redirectUriSettings"] = std::move(settings);
    return shown;
}

}  // namespace

// The order of members is that of Graph's answers (recorded April 2025).
const json& application_defaults() {
    static const auto defaults = json::parse(R"({
 "deletedDateTime": null, "applicationTemplateId": null, "disabledByMicrosoftStatus": null, "description": null, "groupMembershipClaims": null,
 "identifierUris": [], "isDeviceOnlyAuthSupported": null, "isFallbackPublicClient": null, "nativeAuthenticationApisEnabled": null, "notes": null,
 "publisherDomain": "contoso.onmicrosoft.com", "serviceManagementReference": null, "signInAudience": "AzureADMyOrg", "tags": [],
 "tokenEncryptionKeyId": null, "uniqueName": null, "samlMetadataUrl": null, "defaultRedirectUri": null, "certification": null,
 "optionalClaims": null, "servicePrincipalLockConfiguration": null, "requestSignatureVerification": null, "addIns": [],
 "api": {"acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": null, "oauth2PermissionScopes": [],
         "preAuthorizedApplications": []},
 "appRoles": [],
 "info": {"logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null},
 "keyCredentials": [], "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"}, "passwordCredentials": [],
 "publicClient": {"redirectUris": []}, "requiredResourceAccess": [],
 "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null},
 "web": {"homePageUrl": null, "logoutUrl": null, "redirectUris": [],
         "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false}, "redirectUriSettings": []},
 "spa": {"redirectUris": []}})");
    return defaults;
}

bool is_internal_member(const std::string& name) {
    return name == "federatedIdentityCredentials" || name == "owners" || (!name.empty() && name.front() == '_');
}

json without_internal_members(const json& stored) {
    json shown = json::object();
    for (const auto& [name, value] : stored.items()) {
        if (!is_internal_member(name)) shown[name] = value;
    }
    return shown;
}

void normalise_application(json& application, const json* before) {
    fill(application, application_defaults());
    empty_to_null(application, {"defaultRedirectUri", "description", "groupMembershipClaims", "notes",
                                "samlMetadataUrl", "serviceManagementReference"});
    empty_to_null(application["info"], {"marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl"});
    auto& web = application["web"];
    empty_to_null(web, {"homePageUrl", "logoutUrl"});
    auto& api = application["api"];
    normalise_permissions(application["appRoles"], false);
    normalise_permissions(api["oauth2PermissionScopes"], true);
    lower_member(api, "knownClientApplications");
    for (auto& client : api["preAuthorizedApplications"]) {
        lower_member(client, "appId");
        lower_member(client, "delegatedPermissionIds");
    }
    for (auto& entry : application["requiredResourceAccess"]) {
        lower_member(entry, "resourceAppId");
        for (auto& access : entry["resourceAccess"]) lower_member(access, "id");
    }
    normalise_optional_claims(application["optionalClaims"]);
    normalise_keys(application, before);
}

json shown_application(const json& stored, Order order) {
    auto shown = shown_with_keys(stored, order);
    hide_keys(shown, {}, false);
    for (const auto* name : members_to_select) shown.erase(name);
    return shown;
}

json selected_application(const json& stored, const std::string& select, bool is_single, Order order) {
    if (select.empty()) return shown_application(stored, order);
    auto shown = shown_with_keys(stored, order);
    hide_keys(shown, select, is_single);
    for (const auto* name : members_to_select) {
        if (shown.contains(name)) continue;
        if (std::string_view(name) == "managerApplications") {
            shown[name] = json::array();
        } else {
            shown[name] = std::string_view(name) == "oauth2RequirePostResponse" ? json(false) : json();
        }
    }
    return shown;
}

}  // namespace regent::simulator
