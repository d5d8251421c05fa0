#include "simulator/graph_principals.hpp"

#include "simulator/app_management_policies.hpp"
#include "simulator/application_shape.hpp"
#include "simulator/graph_metadata.hpp"
#include "simulator/graph_owners.hpp"
#include "simulator/key_credentials.hpp"
#include "simulator/members.hpp"
#include "simulator/passwords.hpp"
#include "simulator/principal_conflict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// Microsoft's own applications have no application object in a tenant; this one, Power Platform, may be instantiated.
constexpr const char* power_platform = "8578e004-a5c6-46e7-913e-12f58912df43";
constexpr const char* default_access = "00000000-0000-0000-0000-000000000000";
constexpr std::size_t max_scope_length = 3850;
constexpr std::size_t max_text_length = 1024;
constexpr const char* principal_type = "ServicePrincipal";

/// Copies of the application's, and what the directory says itself.
constexpr std::array copied_members = {"appDisplayName",
                                       "appRoles",
                                       "oauth2PermissionScopes",
                                       "info",
                                       "signInAudience",
                                       "appOwnerOrganizationId",
                                       "servicePrincipalType",
                                       "createdByAppId",
                                       "disabledByMicrosoftStatus",
                                       "applicationTemplateId"};

struct Assignee {
    const json* object = nullptr;
    const char* type = "";
};

Assignee find_assignee(const Directory& directory, const std::string& id) {
    const std::pair<const Versioned*, const char*> kinds[] = {
        {&directory.service_principals, "ServicePrincipal"}, {&directory.users, "User"}, {&directory.groups, "Group"}};
    for (const auto& [collection, type] : kinds) {
        if (const auto* object = collection->find(lower(id), directory.now())) return {object, type};
    }
    return {};
}

/// A grant of nothing has to be deleted instead.
std::optional<GraphError> wrong_scope(const json& body) {
    const auto scope = text(body, "scope");
    if (scope.find_first_not_of(' ') != std::string::npos && scope.size() <= max_scope_length) return std::nullopt;
    return bad_request("Invalid value specified for property 'scope' of resource 'OAuth2PermissionGrant'.");
}

bool is_grantable(const json& roles, const std::string& id) {
    return std::any_of(roles.begin(), roles.end(), [&](const auto& role) {
        return same_text(text(role, "id"), id) && role.value("isEnabled", true);
    });
}

}  // namespace

/// Much of a service principal is a copy of its application: names, audience, permissions; its tags are its own and the
/// application's.
json GraphPrincipals::shown(const json& stored) const {
    auto shown = without_internal_members(stored);
    hide_passwords(shown);
    const auto* application = directory_.application_by("appId", text(stored, "appId"));
    if (application == nullptr) {
        if (!shown.contains("appDisplayName")) shown["appDisplayName"] = shown.value("displayName", json());
        for (const auto* name : {"oauth2PermissionScopes", "appRoles", "servicePrincipalNames"}) {
            if (!shown.contains(name)) shown[name] = json::array();
        }
        return shown;
    }
    shown["displayName"] = shown["appDisplayName"] = application->at("displayName");
    shown["signInAudience"] = application->at("signInAudience");
    shown["appRoles"] = application->at("appRoles");
    shown["oauth2PermissionScopes"] = application->at("api").at("oauth2PermissionScopes");
    shown["info"] = application->at("info");
    auto names = json::array({application->at("appId")});
    for (const auto& uri : application->at("identifierUris")) names.push_back(uri);
    shown["servicePrincipalNames"] = std::move(names);
    auto urls = json::array();
    for (const auto* platform : {"web", "spa", "publicClient"}) {
        for (const auto& uri : application->at(platform).at("redirectUris")) urls.push_back(uri);
    }
    shown["replyUrls"] = std::move(urls);
    auto tags = stored.value("tags", json::array());
    for (const auto& tag : application->at("tags")) {
        if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
    }
    shown["tags"] = std::move(tags);
    return shown;
}

Listing GraphPrincipals::listing() const {
    Listing listing;
    listing.context = "servicePrincipals";
    listing.objects = [this] { return directory_.service_principals.all(directory_.now(), directory_.replica_lag); };
    listing.holders = [this](const std::string& member, const std::string& value) {
        return directory_.service_principals.holders(member, value, directory_.now(), directory_.replica_lag);
    };
    listing.project = [this](const json& object, const std::string& select, bool is_single) {
        auto seen = shown(object);
        hide_keys(seen, select, is_single);
        return seen;
    };
    // Filters see what is shown, mirrored members included.
    listing.seen = [this](const json& object) { return shown(object); };
    listing.expand = [this](const json& principal, const std::string& relation) {
        return relation == "owners" ? owners_of(directory_, principal) : json();
    };
    listing.page_tokens_expire = switches_.page_tokens_expire;
    return listing;
}

Response GraphPrincipals::handle(const GraphRequest& request) {
    const auto& method = request.http.method;
    const auto& first = request.path[0];
    const auto lag = method == "GET" ? directory_.replica_lag : std::chrono::seconds{};
    if (first.key_name.empty() && request.path.size() == 1) {
        if (method == "POST") return create(request, text(request.body, "appId"));
        return method == "GET" ? list_objects(request, listing()) : graph_not_allowed();
    }
    const auto& key = first.key_name.empty() ? request.path[1].name : first.key;
    const std::size_t rest = first.key_name.empty() ? 2 : 1;
    const bool by_app = first.key_name == "appId";
    if (!by_app && !is_guid(key)) return graph_error(malformed_id(switches_.malformed_id_status, key));
    const auto* principal = by_app ? directory_.principal_by_app(key, lag)
                                   : directory_.service_principals.find(lower(key), directory_.now(), lag);
    if (principal == nullptr) {
        const bool upserts = method == "PATCH" && by_app && request.path.size() == rest && request.create_if_missing();
        return upserts ? create(request, key) : graph_error(not_found(key));
    }
    if (request.path.size() == rest) {
        if (method == "GET") return show_object(request, listing(), *principal);
        if (method == "PATCH") return update(request, *principal);
        return method == "DELETE" ? remove(*principal) : graph_not_allowed();
    }
    const auto below = request.path[rest].name;
    if (below == "appRoleAssignedTo" || below == "appRoleAssignments") return assignments(request, *principal, rest);
    if (below == "owners") {
        return handle_owners(directory_, switches_, request, *principal, rest, [this](json changed) {
            const auto id = text(changed, "id");
            directory_.service_principals.put(id, std::move(changed), directory_.now());
        });
    }
    if (below == "addPassword" || below == "removePassword")
        return method == "POST" ? change_passwords(request, *principal, below == "addPassword") : graph_not_allowed();
    if ((below == "oauth2PermissionScopes" || below == "appRoles") && method == "GET")
        return graph_answer(200, {{"value", shown(*principal)[below]}});
    return graph_no_segment(below);
}

Response GraphPrincipals::change_passwords(const GraphRequest& request, const json& principal, bool adds) {
    auto changed = principal;
    json added;
    const auto wrong = adds ? add_password(directory_, switches_, request.body, changed, added)
                            : remove_password(switches_, request.body, changed);
    if (wrong) return graph_error(*wrong);
    directory_.service_principals.put(text(principal, "id"), std::move(changed), directory_.now());
    return adds ? password_added(request, added) : graph_no_content();
}

Response GraphPrincipals::remove(const json& principal) {
    auto gone = principal;
    gone["deletedDateTime"] = format_time(directory_.now());
    const auto id = text(gone, "id");
    directory_.deleted.put(id, std::move(gone), directory_.now());
    directory_.service_principals.erase(id, directory_.now());
    return graph_no_content();
}

Response GraphPrincipals::create(const GraphRequest& request, const std::string& app_id) {
    auto body = request.body.is_object() ? request.body : json::object();
    if (const auto wrong = check_against_metadata("servicePrincipal", body)) return graph_error(bad_request(*wrong));
    const auto* application = directory_.application_by("appId", app_id);
    if (application == nullptr && !same_text(app_id, power_platform)) {
        return graph_error(bad_request(fmt::format(
            "The appId '{}' of the service principal does not reference a valid application object.", app_id)));
    }
    if (directory_.principal_by_app(app_id) != nullptr) {
        return graph_error(principal_name_in_use(app_id));
    }
    json owners;
    if (const auto wrong = first_owners(directory_, switches_, request, owners)) return graph_error(*wrong);
    const auto sent = body;
    for (const auto& [name, value] : sent.items()) {
        if (name.find('@') != std::string::npos) body.erase(name);
    }
    body["displayName"] = application != nullptr ? application->at("displayName") : json("Power Platform API");
    auto principal = directory_.new_principal(lower(app_id), body);
    principal["owners"] = std::move(owners);
    if (const auto wrong = check_own_keys(principal, nullptr)) return graph_error(*wrong);
    directory_.service_principals.put(text(principal, "id"), principal, directory_.now());
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#servicePrincipals/$entity"}};
    auto seen = shown(principal);
    hide_keys(seen, {}, false);
    answer.update(seen);
    return graph_answer(201, answer);
}

Response GraphPrincipals::update(const GraphRequest& request, const json& principal) {
    if (!request.body.is_object()) return graph_error(no_payload());
    if (const auto wrong = check_against_metadata("servicePrincipal", request.body))
        return graph_error(bad_request(*wrong));
    for (const auto* member : {"id", "appId"}) {
        if (request.body.contains(member) && !same_text(text(request.body, member), text(principal, member)))
            return graph_error(read_only(member));
    }
    for (const auto* member : copied_members) {
        if (request.body.contains(member)) return graph_error(read_only(member));
    }
    for (const auto* member : {"description", "notes"}) {
        if (text(request.body, member).size() > max_text_length)
            return graph_error(bad_request(
                fmt::format("Invalid value specified for property '{}' of resource 'ServicePrincipal'.", member)));
    }
    if (switches_.encryption_key_must_be_there && names_new_key(request.body, principal))
        return graph_error(invalid_value("tokenEncryptionKeyId", principal_type));
    auto changed = principal;
    merge(changed, request.body);
    normalise_keys(changed, &principal);
    directory_.number_keys(changed);
    if (const auto wrong = check_own_keys(changed, &principal)) return graph_error(*wrong);
    const auto saml = request.body.value("samlSingleSignOnSettings", json());
    if (!switches_.groups_merge && saml.is_object())
        changed["samlSingleSignOnSettings"] = {{"relayState", saml.value("relayState", json())}};
    directory_.service_principals.put(text(principal, "id"), std::move(changed), directory_.now());
    return graph_no_content();
}

std::optional<GraphError> GraphPrincipals::check_own_keys(const json& after, const json* before) const {
    if (auto wrong = check_keys(after, before, principal_type)) return wrong;
    if (auto wrong = check_key_policy(directory_, switches_, after, before)) return wrong;
    constexpr const char* name = "preferredTokenSigningKeyThumbprint";
    const auto thumbprint = text(after, name);
    const bool is_new = before == nullptr || !same_text(text(*before, name), thumbprint);
    if (thumbprint.empty() || !is_new) return std::nullopt;
    const bool refused = switches_.signing_key_must_be_there && !has_signing_key(after, thumbprint);
    return refused ? std::optional(invalid_value(name, principal_type)) : std::nullopt;
}

Response GraphPrincipals::list_assignments(const GraphRequest& request, const std::string& id,
                                           const std::string& relation) const {
    Listing listing;
    listing.context = fmt::format("servicePrincipals('{}')/{}", id, relation);
    listing.objects = [&] {
        return directory_.assignments.holders(relation == "appRoleAssignedTo" ? "resourceId" : "principalId", id,
                                              directory_.now(), directory_.replica_lag);
    };
    listing.page_tokens_expire = switches_.page_tokens_expire;
    return list_objects(request, listing);
}

Response GraphPrincipals::assignments(const GraphRequest& request, const json& principal, std::size_t at) {
    const auto& method = request.http.method;
    const auto key = request.segment(at + 1);
    if (method == "GET" && key.empty()) return list_assignments(request, text(principal, "id"), request.segment(at));
    if (method == "POST" && key.empty()) return request.body.is_object() ? assign(request) : graph_error(no_payload());
    const auto* assignment = directory_.assignments.find(key, directory_.now());
    if (!key.empty() && assignment == nullptr) return graph_error(not_found(key));
    if (method == "GET") return graph_answer(200, *assignment);
    if (method != "DELETE" || key.empty()) return graph_not_allowed();
    directory_.assignments.erase(key, directory_.now());
    return graph_no_content();
}

Response GraphPrincipals::assign(const GraphRequest& request) {
    if (const auto wrong = check_against_metadata("appRoleAssignment", request.body))
        return graph_error(bad_request(*wrong));
    const auto resource = text(request.body, "resourceId"), assignee = text(request.body, "principalId"),
               role = text(request.body, "appRoleId");
    const auto* api = directory_.service_principals.find(lower(resource), directory_.now());
    const auto [client, type] = find_assignee(directory_, assignee);
    if (api == nullptr || client == nullptr) return graph_error(bad_request("Not a valid reference update."));
    if (role != default_access && !is_grantable(shown(*api)["appRoles"], role)) {
        return graph_error(bad_request(
            fmt::format("Permission being assigned was not found on application '{}'.", text(*api, "appId"))));
    }
    for (const auto* other : directory_.assignments.holders("principalId", assignee, directory_.now())) {
        if (same_text(text(*other, "resourceId"), resource) && same_text(text(*other, "appRoleId"), role))
            return graph_error(bad_request("Permission being assigned already exists on the object"));
    }
    auto assignment = request.body;
    const auto id = base64url(sha256_bytes(resource + assignee + role)).substr(0, 43);
    assignment["id"] = id;
    assignment["createdDateTime"] = format_time(directory_.now());
    assignment["principalDisplayName"] = client->value("displayName", json());
    assignment["principalType"] = type;
    assignment["resourceDisplayName"] = api->at("displayName");
    directory_.assignments.put(id, assignment, directory_.now());
    return graph_answer(201, assignment);
}

/// https://learn.microsoft.com/graph/api/directoryobject-get
Response GraphPrincipals::directory_object(const GraphRequest& request) const {
    if (request.http.method != "GET" || request.path.size() != 2) return graph_not_allowed();
    const auto id = request.segment(1);
    if (const auto [object, type] = find_assignee(directory_, id); object != nullptr) {
        auto name = std::string(type);
        name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
        return graph_answer(200, {{"@odata.type", "#microsoft.graph." + name},
                                  {"id", object->at("id")},
                                  {"displayName", object->value("displayName", json())}});
    }
    const auto* application = directory_.applications.find(lower(id), directory_.now());
    if (application == nullptr) return graph_error(not_found(id));
    return graph_answer(200, {{"@odata.type", "#microsoft.graph.application"},
                              {"id", application->at("id")},
                              {"displayName", application->value("displayName", json())}});
}

Response GraphPrincipals::grants(const GraphRequest& request) {
    const auto& method = request.http.method;
    const auto key = request.segment(1);
    if (key.empty()) {
        if (method == "POST") return grant(request);
        if (method != "GET") return graph_not_allowed();
        Listing listing;
        listing.context = "oauth2PermissionGrants";
        listing.objects = [this] { return directory_.grants.all(directory_.now(), directory_.replica_lag); };
        listing.holders = [this](const std::string& member, const std::string& value) {
            return directory_.grants.holders(member, value, directory_.now(), directory_.replica_lag);
        };
        listing.page_tokens_expire = switches_.page_tokens_expire;
        return list_objects(request, listing);
    }
    const auto lag = method == "GET" ? directory_.replica_lag : std::chrono::seconds{};
    const auto* found = directory_.grants.find(key, directory_.now(), lag);
    if (found == nullptr) return graph_error(not_found(key));
    if (method == "GET") return graph_answer(200, *found);
    if (method == "PATCH") return change_grant(request, *found);
    if (method != "DELETE") return graph_not_allowed();
    directory_.grants.erase(key, directory_.now());
    return graph_no_content();
}

Response GraphPrincipals::grant(const GraphRequest& request) {
    if (!request.body.is_object()) return graph_error(no_payload());
    if (const auto wrong = check_against_metadata("oAuth2PermissionGrant", request.body))
        return graph_error(bad_request(*wrong));
    const auto client = text(request.body, "clientId");
    for (const auto* member : {"clientId", "resourceId"}) {
        const auto id = text(request.body, member);
        if (directory_.service_principals.find(lower(id), directory_.now()) == nullptr)
            return graph_error(bad_request(fmt::format(
                "Resource '{}' does not exist or one of its queried reference-property objects are not present.", id)));
    }
    const auto type = text(request.body, "consentType");
    const bool for_one = type == "Principal";
    if ((type != "AllPrincipals" && !for_one) || for_one == text(request.body, "principalId").empty())
        return graph_error(bad_request("One or more property values specified are invalid."));
    if (const auto wrong = wrong_scope(request.body)) return graph_error(*wrong);
    for (const auto* other : directory_.grants.holders("clientId", client, directory_.now())) {
        const auto same = [&](const char* member) {
            return other->value(member, json()) == request.body.value(member, json());
        };
        if (same("resourceId") && same("consentType") && same("principalId"))
            return graph_error(
                {409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.", {}});
    }
    auto made = request.body;
    made["id"] = base64url(sha256_bytes(directory_.ids().guid())).substr(0, 43);
    directory_.grants.put(text(made, "id"), made, directory_.now());
    return graph_answer(201, made);
}

Response GraphPrincipals::change_grant(const GraphRequest& request, const json& grant) {
    if (!request.body.is_object()) return graph_error(no_payload());
    for (const auto& [name, value] : request.body.items()) {
        if (name != "scope" && name.find('@') == std::string::npos)
            return graph_error(bad_request("Property cannot be updated: " + name));
    }
    if (const auto wrong = wrong_scope(request.body)) return graph_error(*wrong);
    auto changed = grant;
    changed["scope"] = text(request.body, "scope");
    directory_.grants.put(text(grant, "id"), std::move(changed), directory_.now());
    return graph_no_content();
}

bool GraphPrincipals::change_all(Versioned& collection, const json& body) {
    const auto where = body.value("where", json::object());
    std::vector<json> meant;
    for (const auto* object : collection.all(directory_.now())) {
        bool matches = true;
        for (const auto& [name, value] : where.items()) matches = matches && object->value(name, json()) == value;
        if (matches) meant.push_back(*object);
    }
    for (auto& object : meant) {
        const auto id = text(object, "id");
        if (body.value("delete", false)) {
            collection.erase(id, directory_.now());
        } else {
            merge(object, body.value("patch", json::object()));
            collection.put(id, std::move(object), directory_.now());
        }
    }
    return !meant.empty();
}

bool GraphPrincipals::change(const std::vector<Segment>& path, const json& body) {
    const auto& first = path.front();
    const auto* found = first.key_name == "appId" ? directory_.principal_by_app(first.key)
                        : path.size() > 1 ? directory_.service_principals.find(lower(path[1].name), directory_.now())
                                          : nullptr;
    if (found == nullptr) return false;
    auto principal = *found;
    if (body.value("delete", false)) {
        (void)remove(principal);
        return true;
    }
    if (!body.contains("patch")) return false;
    merge(principal, body["patch"]);
    normalise_keys(principal, found);
    directory_.service_principals.put(text(principal, "id"), principal, directory_.now());
    return true;
}

}  // namespace regent::simulator
