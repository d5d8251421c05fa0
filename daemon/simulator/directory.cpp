#include "simulator/directory.hpp"

#include "simulator/first_party.hpp"

#include <nlohmann/json.hpp>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// What an application has when its creator said nothing: the order of members is that of Graph's answers (recorded
/// April 2025).
json application_defaults() {
    return json::parse(R"({
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
}

json principal_defaults() {
    return json::parse(R"({
 "deletedDateTime": null, "accountEnabled": true, "alternativeNames": [], "appDescription": null, "appRoleAssignmentRequired": false,
 "applicationTemplateId": null, "description": null, "disabledByMicrosoftStatus": null, "homepage": null, "loginUrl": null, "logoutUrl": null,
 "notes": null, "notificationEmailAddresses": [], "preferredSingleSignOnMode": null, "preferredTokenSigningKeyThumbprint": null,
 "replyUrls": [], "servicePrincipalType": "Application", "samlSingleSignOnSettings": null, "tokenEncryptionKeyId": null,
 "resourceSpecificApplicationPermissions": [], "addIns": [], "keyCredentials": [], "passwordCredentials": [],
 "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null}, "tags": []})");
}

}  // namespace

bool is_internal_member(const std::string& name) {
    return name == "federatedIdentityCredentials" || name == "owners" || (!name.empty() && name.front() == '_');
}

Directory::Directory(const Clock& clock, std::string tenant_id, std::uint64_t seed)
    : clock_(clock), tenant_id_(std::move(tenant_id)), ids_(seed) {
    reset();
}

const json* Directory::application_by(const std::string& member, const std::string& value,
                                      std::chrono::seconds lag) const {
    for (const auto* object : applications.all(now(), lag)) {
        const auto it = object->find(member);
        if (it == object->end() || !it->is_string()) continue;
        if (member == "appId" ? same_text(it->get<std::string>(), value) : it->get<std::string>() == value)
            return object;
    }
    return nullptr;
}

const json* Directory::principal_by_app(const std::string& app_id, std::chrono::seconds lag) const {
    for (const auto* object : service_principals.all(now(), lag)) {
        if (same_text(object->value("appId", ""), app_id)) return object;
    }
    return nullptr;
}

void Directory::put_application(json application) {
    const auto id = application.at("id").get<std::string>();
    applications.put(id, std::move(application), now());
}

json Directory::new_application(const json& given) {
    auto application = application_defaults();
    application.merge_patch(given);
    // merge_patch takes nulls away; Graph shows them.
    const auto defaults = application_defaults();
    for (const auto& [name, value] : defaults.items()) {
        if (!application.contains(name)) application[name] = value;
    }
    if (application.value("id", "").empty()) application["id"] = ids_.guid();
    if (application.value("appId", "").empty()) application["appId"] = ids_.guid();
    if (!application.contains("createdDateTime")) application["createdDateTime"] = format_time(now());
    for (const auto* member : {"federatedIdentityCredentials", "owners"}) {
        if (!application.contains(member)) application[member] = json::array();
    }
    if (!application.contains("_secrets")) application["_secrets"] = json::object();
    for (auto& credential : application["federatedIdentityCredentials"]) {
        if (credential.value("id", "").empty()) credential["id"] = ids_.guid();
        if (!credential.contains("description")) credential["description"] = nullptr;
    }
    return application;
}

json Directory::new_principal(const std::string& app_id, const json& given) {
    auto principal = principal_defaults();
    for (const auto& [name, value] : given.items()) principal[name] = value;
    principal["appId"] = app_id;
    if (principal.value("id", "").empty()) principal["id"] = ids_.guid();
    if (!principal.contains("createdDateTime")) principal["createdDateTime"] = format_time(now());
    if (!principal.contains("appOwnerOrganizationId")) principal["appOwnerOrganizationId"] = tenant_id_;
    if (!principal.contains("owners")) principal["owners"] = json::array();
    return principal;
}

Directory::SecretCheck Directory::check_secret(const json& application, const std::string& secret) const {
    const auto digest = sha256_hex(secret);
    for (const auto& credential : application.at("passwordCredentials")) {
        const auto key = credential.value("keyId", "");
        const auto& secrets = application.at("_secrets");
        if (secrets.value(key, "") != digest) continue;
        const auto end = parse_time(credential.value("endDateTime", ""));
        if (end && *end <= now()) return SecretCheck::expired;
        const auto since = parse_time(credential.value("_addedDateTime", ""));
        if (since && now() - *since < secret_delay) return SecretCheck::wrong;
        return SecretCheck::good;
    }
    return SecretCheck::wrong;
}

void Directory::reset() {
    for (auto* collection : {&applications, &service_principals, &deleted, &grants, &assignments}) collection->clear();
    const Time always{};
    auto client = new_application({{"id", "44444444-4444-4444-4444-444444444444"},
                                   {"appId", built_in_client},
                                   {"displayName", "regent (the simulator's built-in client)"},
                                   {"createdDateTime", "2026-01-01T00:00:00Z"}});
    client["passwordCredentials"].push_back({{"keyId", "55555555-5555-5555-5555-555555555555"},
                                             {"displayName", "built in"},
                                             {"hint", "sim"},
                                             {"startDateTime", "2026-01-01T00:00:00Z"},
                                             {"endDateTime", "2099-01-01T00:00:00Z"},
                                             {"customKeyIdentifier", nullptr}});
    client["_secrets"]["55555555-5555-5555-5555-555555555555"] = sha256_hex("simulator");
    applications.put(client["id"], client, always);
    auto principal = new_principal(std::string(built_in_client), {{"id", built_in_principal},
                                                                  {"displayName", client["displayName"]},
                                                                  {"createdDateTime", "2026-01-01T00:00:00Z"}});
    service_principals.put(principal["id"], principal, always);
    for (const auto& first_party : first_party_principals()) {
        auto object = new_principal(first_party["appId"], first_party);
        object["createdDateTime"] = "2020-01-01T00:00:00Z";
        service_principals.put(object["id"], object, always);
    }
}

}  // namespace regent::simulator
