#include "simulator/directory.hpp"

#include "simulator/application_shape.hpp"
#include "simulator/first_party.hpp"
#include "simulator/key_credentials.hpp"
#include "simulator/members.hpp"

#include <nlohmann/json.hpp>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr auto default_secret_life = std::chrono::hours(24 * 730);

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

Directory::Directory(const Clock& clock, std::string tenant_id, std::uint64_t seed)
    : clock_(clock), tenant_id_(std::move(tenant_id)), ids_(seed) {
    reset();
}

const json* Directory::application_by(const std::string& member, const std::string& value,
                                      std::chrono::seconds lag) const {
    for (const auto* object : applications.holders(member, value, now(), lag)) {
        if (member == "appId" || text(*object, member.c_str()) == value) return object;
    }
    return nullptr;
}

const json* Directory::principal_by_app(const std::string& app_id, std::chrono::seconds lag) const {
    const auto found = service_principals.holders("appId", app_id, now(), lag);
    return found.empty() ? nullptr : found.front();
}

void Directory::put_application(json application) {
    const auto id = application.at("id").get<std::string>();
    applications.put(id, std::move(application), now());
}

json Directory::new_application(const json& given) {
    auto application = application_defaults();
    for (const auto& [name, value] : given.items()) application[name] = value;
    normalise_application(application, nullptr);
    for (const auto* member : {"id", "appId"})
        application[member] = text(application, member).empty() ? ids_.guid() : lower(text(application, member));
    if (!application.contains("createdDateTime")) application["createdDateTime"] = format_time(now());
    for (const auto* member : {"federatedIdentityCredentials", "owners"}) {
        if (!application.contains(member)) application[member] = json::array();
    }
    if (!application.contains("_secrets")) application["_secrets"] = json::object();
    for (auto& credential : application["federatedIdentityCredentials"]) {
        if (text(credential, "id").empty()) credential["id"] = ids_.guid();
        if (!credential.contains("description")) credential["description"] = nullptr;
    }
    number_keys(application);
    complete_secrets(application);
    return application;
}

void Directory::number_keys(json& application) {
    for (auto& key : application["keyCredentials"]) {
        if (text(key, "keyId").empty()) key["keyId"] = ids_.guid();
    }
}

void Directory::complete_secrets(json& holder) {
    for (auto& secret : holder["passwordCredentials"]) {
        if (text(secret, "keyId").empty()) secret["keyId"] = ids_.guid();
        const json defaults{{"displayName", nullptr},
                            {"hint", nullptr},
                            {"customKeyIdentifier", nullptr},
                            {"startDateTime", format_time(now())},
                            {"endDateTime", format_time(now() + default_secret_life)}};
        for (const auto& [name, value] : defaults.items())
            if (!secret.contains(name)) secret[name] = value;
    }
}

json Directory::new_principal(const std::string& app_id, const json& given) {
    auto principal = principal_defaults();
    for (const auto& [name, value] : given.items()) principal[name] = value;
    principal["appId"] = app_id;
    if (text(principal, "id").empty()) principal["id"] = ids_.guid();
    if (!principal.contains("createdDateTime")) principal["createdDateTime"] = format_time(now());
    if (!principal.contains("appOwnerOrganizationId")) principal["appOwnerOrganizationId"] = tenant_id_;
    if (!principal.contains("owners")) principal["owners"] = json::array();
    normalise_keys(principal, nullptr);
    number_keys(principal);
    complete_secrets(principal);
    if (text(principal, "displayName").empty()) {
        const auto* application = application_by("appId", app_id);
        principal["displayName"] = application == nullptr ? std::string{} : text(*application, "displayName");
    }
    return principal;
}

Directory::SecretCheck Directory::check_secret(const json& application, const std::string& secret) const {
    const auto digest = sha256_hex(secret);
    for (const auto* holder : {&application, principal_by_app(text(application, "appId"))}) {
        if (holder == nullptr) continue;
        const auto secrets = holder->value("_secrets", json::object());
        for (const auto& credential : holder->at("passwordCredentials")) {
            if (text(secrets, text(credential, "keyId").c_str()) != digest) continue;
            const auto end = parse_time(text(credential, "endDateTime"));
            if (end && *end <= now()) return SecretCheck::expired;
            const auto since = parse_time(text(credential, "_addedDateTime"));
            if (since && now() - *since < secret_delay) return SecretCheck::wrong;
            return SecretCheck::good;
        }
    }
    return SecretCheck::wrong;
}

void Directory::reset() {
    policies = Json::object();
    for (auto* collection : {&applications, &service_principals, &deleted, &grants, &assignments, &users, &groups})
        collection->clear();
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
