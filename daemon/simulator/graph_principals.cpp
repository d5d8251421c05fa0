#include "simulator/graph_principals.hpp"

#include "simulator/graph_metadata.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

Response not_allowed() {
    return graph_error({405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."});
}

std::string text(const json& object, const char* member) {
    const auto it = object.find(member);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

}  // namespace

/// Much of a service principal is a copy of its application: names, audience, permissions; its tags are its own and the
/// application's.
json GraphPrincipals::shown(const json& stored) const {
    json shown = json::object();
    for (const auto& [name, value] : stored.items()) {
        if (!is_internal_member(name)) shown[name] = value;
    }
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
    listing.project = [](const json& object) { return object; };
    listing.expand = [](const json&, const std::string& relation) {
        return relation == "owners" ? json::array() : json();
    };
    return listing;
}

Response GraphPrincipals::handle(const GraphRequest& request) {
    const auto& method = request.http.method;
    const auto& first = request.path[0];
    const auto lag = method == "GET" ? directory_.replica_lag : std::chrono::seconds{};
    if (first.key_name.empty() && request.path.size() == 1) {
        if (method == "POST") return create(request, request.body.is_object() ? text(request.body, "appId") : "");
        if (method != "GET") return not_allowed();
        auto all = listing();
        // Filters see what is shown, mirrored members included.
        std::vector<json> shown_ones;
        for (const auto* object : directory_.service_principals.all(directory_.now(), lag))
            shown_ones.push_back(shown(*object));
        for (const auto& object : shown_ones) all.objects.push_back(&object);
        return list_objects(request, all);
    }
    const auto& key = first.key_name.empty() ? request.path[1].name : first.key;
    const std::size_t rest = first.key_name.empty() ? 2 : 1;
    const auto* principal = first.key_name == "appId"
                                ? directory_.principal_by_app(key, lag)
                                : directory_.service_principals.find(lower(key), directory_.now(), lag);
    if (principal == nullptr) {
        if (method == "PATCH" && first.key_name == "appId" && request.create_if_missing()) return create(request, key);
        return graph_error(not_found(key));
    }
    if (request.path.size() == rest) {
        if (method == "GET") return show_object(request, listing(), shown(*principal));
        if (method == "PATCH") return update(request, *principal);
        if (method != "DELETE") return not_allowed();
        auto gone = *principal;
        gone["deletedDateTime"] = format_time(directory_.now());
        const auto id = text(gone, "id");
        directory_.deleted.put(id, std::move(gone), directory_.now());
        directory_.service_principals.erase(id, directory_.now());
        return graph_no_content();
    }
    const auto below = request.path[rest].name;
    if (below == "appRoleAssignedTo" || below == "appRoleAssignments") return assignments(request, *principal, rest);
    if (below == "owners") {
        if (method == "GET") return graph_answer(200, {{"value", json::array()}});
        return method == "POST" || method == "DELETE" ? graph_no_content() : not_allowed();
    }
    if ((below == "oauth2PermissionScopes" || below == "appRoles") && method == "GET")
        return graph_answer(200, {{"value", shown(*principal)[below]}});
    return graph_error({400, "BadRequest", fmt::format("Resource not found for the segment '{}'.", below)});
}

Response GraphPrincipals::create(const GraphRequest& request, const std::string& app_id) {
    auto body = request.body.is_object() ? request.body : json::object();
    if (const auto wrong = check_against_metadata("servicePrincipal", body))
        return graph_error({400, "Request_BadRequest", *wrong});
    const auto* application = directory_.application_by("appId", app_id);
    // Microsoft's own applications have no application object here, and may be instantiated.
    const bool first_party = app_id == "8578e004-a5c6-46e7-913e-12f58912df43";
    if (application == nullptr && !first_party) {
        return graph_error(
            {400, "Request_BadRequest",
             fmt::format("The appId '{}' of the service principal does not reference a valid application object.",
                         app_id)});
    }
    if (directory_.principal_by_app(app_id) != nullptr) {
        return graph_error({409, "Request_MultipleObjectsWithSameKeyValue",
                            fmt::format("The service principal cannot be created, updated, or restored because the "
                                        "service principal name {} is already in use.",
                                        app_id)});
    }
    const auto sent = body;
    for (const auto& [name, value] : sent.items()) {
        if (name.find('@') != std::string::npos) body.erase(name);
    }
    body["displayName"] = application != nullptr ? application->at("displayName") : json("Power Platform API");
    auto principal = directory_.new_principal(lower(app_id), body);
    principal["owners"] = {request.caller.object_id};
    directory_.service_principals.put(text(principal, "id"), principal, directory_.now());
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#servicePrincipals/$entity"}};
    answer.update(shown(principal));
    return graph_answer(201, answer);
}

Response GraphPrincipals::update(const GraphRequest& request, const json& principal) {
    if (!request.body.is_object())
        return graph_error({400, "Request_BadRequest", "Empty Payload. JSON content expected."});
    if (const auto wrong = check_against_metadata("servicePrincipal", request.body))
        return graph_error({400, "Request_BadRequest", *wrong});
    if (request.body.contains("appId") && !same_text(text(request.body, "appId"), text(principal, "appId"))) {
        return graph_error({400, "Request_BadRequest", "Property 'appId' is read-only and cannot be set."});
    }
    auto changed = principal;
    merge(changed, request.body);
    directory_.service_principals.put(text(changed, "id"), changed, directory_.now());
    return graph_no_content();
}

Response GraphPrincipals::assignments(const GraphRequest& request, const json& principal, std::size_t at) {
    const bool to = request.path[at].name == "appRoleAssignedTo";
    const auto id = text(principal, "id");
    const auto key = request.segment(at + 1);
    if (request.http.method == "GET") {
        Listing listing;
        listing.context = fmt::format("servicePrincipals('{}')/{}", id, request.path[at].name);
        listing.project = [](const json& object) { return object; };
        for (const auto* object : directory_.assignments.all(directory_.now(), directory_.replica_lag)) {
            if (text(*object, to ? "resourceId" : "principalId") == id) listing.objects.push_back(object);
        }
        return list_objects(request, listing);
    }
    if (request.http.method == "DELETE") {
        if (directory_.assignments.find(key, directory_.now()) == nullptr) return graph_error(not_found(key));
        directory_.assignments.erase(key, directory_.now());
        return graph_no_content();
    }
    if (request.http.method != "POST" || !request.body.is_object()) return not_allowed();
    if (const auto wrong = check_against_metadata("appRoleAssignment", request.body))
        return graph_error({400, "Request_BadRequest", *wrong});
    const auto resource = text(request.body, "resourceId"), assignee = text(request.body, "principalId"),
               role = text(request.body, "appRoleId");
    const auto* api = directory_.service_principals.find(lower(resource), directory_.now());
    const auto* client = directory_.service_principals.find(lower(assignee), directory_.now());
    if (api == nullptr || client == nullptr)
        return graph_error({400, "Request_BadRequest", "Not a valid reference update."});
    const auto roles = shown(*api)["appRoles"];
    const bool known =
        role == "00000000-0000-0000-0000-000000000000" ||
        std::any_of(roles.begin(), roles.end(), [&](const auto& r) { return same_text(text(r, "id"), role); });
    if (!known)
        return graph_error(
            {400, "Request_BadRequest",
             fmt::format("Permission being assigned was not found on application '{}'.", text(*api, "appId"))});
    for (const auto* object : directory_.assignments.all(directory_.now())) {
        if (text(*object, "resourceId") == resource && text(*object, "principalId") == assignee &&
            text(*object, "appRoleId") == role) {
            return graph_error({400, "Request_BadRequest", "Permission being assigned already exists on the object"});
        }
    }
    auto assignment = request.body;
    const auto assignment_id = base64url(sha256_bytes(resource + assignee + role)).substr(0, 43);
    assignment["id"] = assignment_id;
    assignment["createdDateTime"] = format_time(directory_.now());
    assignment["principalDisplayName"] = client->at("displayName");
    assignment["principalType"] = "ServicePrincipal";
    assignment["resourceDisplayName"] = api->at("displayName");
    directory_.assignments.put(assignment_id, assignment, directory_.now());
    return graph_answer(201, assignment);
}

Response GraphPrincipals::grants(const GraphRequest& request) {
    const auto& method = request.http.method;
    const auto key = request.segment(1);
    if (key.empty() && method == "GET") {
        Listing listing;
        listing.context = "oauth2PermissionGrants";
        listing.project = [](const json& object) { return object; };
        listing.objects = directory_.grants.all(directory_.now(), directory_.replica_lag);
        return list_objects(request, listing);
    }
    if (key.empty() && method == "POST") {
        if (!request.body.is_object())
            return graph_error({400, "Request_BadRequest", "Empty Payload. JSON content expected."});
        if (const auto wrong = check_against_metadata("oAuth2PermissionGrant", request.body))
            return graph_error({400, "Request_BadRequest", *wrong});
        for (const auto* object : directory_.grants.all(directory_.now())) {
            const auto same = [&](const char* member) {
                return object->value(member, json()) == request.body.value(member, json());
            };
            if (same("clientId") && same("resourceId") && same("consentType") && same("principalId")) {
                return graph_error(
                    {409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists."});
            }
        }
        auto grant = request.body;
        grant["id"] = base64url(sha256_bytes(directory_.ids().guid())).substr(0, 43);
        directory_.grants.put(text(grant, "id"), grant, directory_.now());
        return graph_answer(201, grant);
    }
    const auto* grant = directory_.grants.find(key, directory_.now());
    if (grant == nullptr) return graph_error(not_found(key));
    if (method == "GET") return graph_answer(200, *grant);
    if (method == "PATCH") {
        for (const auto& [name, value] : request.body.items()) {
            if (name != "scope" && name.find('@') == std::string::npos)
                return graph_error({400, "Request_BadRequest", "Property cannot be updated: " + name});
        }
        auto changed = *grant;
        changed["scope"] = request.body.value("scope", "");
        directory_.grants.put(key, changed, directory_.now());
        return graph_no_content();
    }
    if (method != "DELETE") return not_allowed();
    directory_.grants.erase(key, directory_.now());
    return graph_no_content();
}

bool GraphPrincipals::change(const std::vector<Segment>& path, const json& body) {
    const auto& first = path.front();
    const auto* found = first.key_name == "appId" ? directory_.principal_by_app(first.key)
                        : path.size() > 1 ? directory_.service_principals.find(lower(path[1].name), directory_.now())
                                          : nullptr;
    if (found == nullptr) return false;
    auto principal = *found;
    if (body.value("delete", false)) {
        directory_.service_principals.erase(text(principal, "id"), directory_.now());
        return true;
    }
    if (!body.contains("patch")) return false;
    merge(principal, body["patch"]);
    directory_.service_principals.put(text(principal, "id"), principal, directory_.now());
    return true;
}

}  // namespace regent::simulator
