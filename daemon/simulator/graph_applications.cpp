#include "simulator/graph_applications.hpp"

#include "simulator/application_rules.hpp"
#include "simulator/graph_metadata.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

Response not_allowed() {
    return graph_error({405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."});
}
Response no_segment(const std::string& name) {
    return graph_error({400, "BadRequest", fmt::format("Resource not found for the segment '{}'.", name)});
}

std::string text(const json& object, const char* member) {
    const auto it = object.find(member);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

void lower_guids(json& value) {
    if (value.is_string() && is_guid(value.get_ref<const std::string&>())) value = lower(value.get<std::string>());
    if (value.is_structured()) {
        for (auto& element : value) lower_guids(element);
    }
}

/// Members of a request body that may not be written. `own` is the object that a PATCH is about: Terraform's provider
/// repeats its id in the body, and goes on.
std::optional<GraphError> check_body(std::string_view type, const json& body, const json* own = nullptr) {
    if (const auto wrong = check_against_metadata(type, body)) return GraphError{400, "Request_BadRequest", *wrong};
    for (const auto* name : {"id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain"}) {
        const bool is_repeated =
            own != nullptr && body.contains(name) && own->contains(name) && body.at(name) == own->at(name);
        if (type == "application" && body.contains(name) && !is_repeated) {
            return GraphError{400, "Request_BadRequest",
                              fmt::format("Property '{}' is read-only and cannot be set.", name)};
        }
    }
    if (type == "application" && body.contains("web") && body["web"].is_object() &&
        body["web"].contains("redirectUriSettings") && body["web"].contains("redirectUris")) {
        return GraphError{400, "Request_BadRequest",
                          "Invalid value specified for property 'web' of resource 'Application'."};
    }
    return std::nullopt;
}

/// Graph makes null of an empty text.
void empty_to_null(json& object, std::initializer_list<const char*> names) {
    for (const auto* name : names) {
        if (object.contains(name) && object[name].is_string() && object[name].get_ref<const std::string&>().empty())
            object[name] = nullptr;
    }
}

void tidy(json& application) {
    empty_to_null(application, {"description", "notes"});
    empty_to_null(application["web"], {"homePageUrl", "logoutUrl"});
    for (auto* list : {&application["appRoles"], &application["api"]["oauth2PermissionScopes"]}) {
        for (auto& entry : *list) entry["origin"] = "Application";
    }
    lower_guids(application["requiredResourceAccess"]);
}

std::string context_of(const json& application) {
    return fmt::format("applications('{}')/federatedIdentityCredentials", text(application, "id"));
}

json shown_credential(const json& stored) {
    return stored;
}

}  // namespace

json shown_application(const json& stored) {
    json shown = json::object();
    for (const auto& [name, value] : stored.items()) {
        if (!is_internal_member(name)) shown[name] = value;
    }
    const auto reverse = [](json& list) {
        if (list.is_array()) std::reverse(list.begin(), list.end());
    };
    for (const auto* name : {"identifierUris", "tags", "requiredResourceAccess", "appRoles"}) reverse(shown[name]);
    for (const auto* name : {"web", "spa", "publicClient"}) reverse(shown[name]["redirectUris"]);
    reverse(shown["api"]["oauth2PermissionScopes"]);
    for (auto& api : shown["requiredResourceAccess"]) reverse(api["resourceAccess"]);
    for (auto& credential : shown["passwordCredentials"]) {
        credential["secretText"] = nullptr;
        credential.erase("_addedDateTime");
    }
    for (auto& credential : shown["keyCredentials"]) credential["key"] = nullptr;
    auto settings = json::array();
    for (const auto& uri : shown["web"]["redirectUris"]) settings.push_back({{"uri", uri}, {"index", nullptr}});
    shown["web"]["redirectUriSettings"] = std::move(settings);
    return shown;
}

Listing GraphApplications::listing() const {
    Listing listing;
    listing.context = "applications";
    listing.project = shown_application;
    listing.expand_credentials_refused = !switches_.expand_federated_credentials;
    listing.page_tokens_expire = switches_.page_tokens_expire;
    listing.expand = [](const json& application, const std::string& relation) -> json {
        if (relation == "federatedIdentityCredentials") return application.at("federatedIdentityCredentials");
        if (relation != "owners") return nullptr;
        auto owners = json::array();
        for (const auto& id : application.at("owners"))
            owners.push_back({{"@odata.type", "#microsoft.graph.servicePrincipal"}, {"id", id}});
        return owners;
    };
    return listing;
}

const json* GraphApplications::find(const Segment& segment, const std::string& id_segment,
                                    std::chrono::seconds lag) const {
    const auto& key = segment.key_name.empty() ? id_segment : segment.key;
    if (segment.key_name == "appId" || segment.key_name == "uniqueName")
        return directory_.application_by(segment.key_name, key, lag);
    return directory_.applications.find(lower(key), directory_.now(), lag);
}

bool GraphApplications::is_owned_or_new(const GraphRequest& request) const {
    if (request.segment(0) != "applications" && request.segment(0) != "servicePrincipals")
        return request.segment(0) == "directory";
    if (request.segment(0) == "servicePrincipals") {
        const auto app_id = request.http.method == "POST" && request.body.is_object() ? text(request.body, "appId")
                                                                                      : request.path[0].key;
        const auto* application = directory_.application_by("appId", app_id);
        if (application == nullptr) return false;
        const auto& owners = application->at("owners");
        return std::find(owners.begin(), owners.end(), json(request.caller.object_id)) != owners.end();
    }
    if (request.path.size() == 1 && request.path[0].key_name.empty()) return request.http.method == "POST";
    const auto* application = find(request.path[0], request.segment(1), {});
    if (application == nullptr) return true;
    const auto& owners = application->at("owners");
    return std::find(owners.begin(), owners.end(), json(request.caller.object_id)) != owners.end();
}

Response GraphApplications::handle(const GraphRequest& request) {
    const auto& method = request.http.method;
    const auto& first = request.path[0];
    if (first.key_name.empty() && request.path.size() == 1) {
        if (method == "GET") {
            auto all = listing();
            all.objects = directory_.applications.all(directory_.now(), directory_.replica_lag);
            return list_objects(request, all);
        }
        return method == "POST" ? create(request, {}) : not_allowed();
    }
    if (first.key_name.empty() && request.segment(1) == "$count") {
        if (!same_text(request.http.header("ConsistencyLevel").value_or(""), "eventual"))
            return graph_error({400, "Request_BadRequest", "$count is not currently supported."});
        Response response;
        response.set_header("Content-Type", "text/plain");
        response.body = std::to_string(directory_.applications.all(directory_.now(), directory_.replica_lag).size());
        return response;
    }
    const auto& key = first.key_name.empty() ? request.path[1].name : first.key;
    const std::size_t rest = first.key_name.empty() ? 2 : 1;
    if (first.key_name.empty() && !is_guid(key))
        return graph_error({400, "Request_BadRequest", fmt::format("Invalid object identifier '{}'.", key)});
    const auto lag = method == "GET" ? directory_.replica_lag : std::chrono::seconds{};
    const auto* application = find(first, key, lag);
    if (application == nullptr) {
        if (method == "PATCH" && first.key_name == "uniqueName" && request.path.size() == 1 &&
            request.create_if_missing())
            return create(request, first.key);
        return graph_error(not_found(key));
    }
    if (request.path.size() == rest) {
        if (method == "GET") return show_object(request, listing(), *application);
        if (method == "PATCH") return update(request, *application);
        return method == "DELETE" ? remove(*application) : not_allowed();
    }
    const auto below = request.path[rest].name;
    if (below == "federatedIdentityCredentials") return credentials(request, *application, rest);
    if (below == "owners") return owners(request, *application, rest);
    if (below == "addPassword" || below == "microsoft.graph.addPassword")
        return method == "POST" ? add_password(request, *application) : not_allowed();
    if (below == "removePassword" || below == "microsoft.graph.removePassword")
        return method == "POST" ? remove_password(request, *application) : not_allowed();
    if (below == "extensionProperties" && method == "GET") return graph_answer(200, {{"value", json::array()}});
    return no_segment(below);
}

Response GraphApplications::create(const GraphRequest& request, const std::string& unique_name) {
    if (!request.body.is_object())
        return graph_error({400, "Request_BadRequest", "Empty Payload. JSON content expected."});
    auto given = request.body;
    std::vector<json> owners{request.caller.object_id};
    if (given.contains("owners@odata.bind")) {
        for (const auto& link : given["owners@odata.bind"])
            owners.push_back(lower(link.get<std::string>().substr(link.get<std::string>().rfind('/') + 1)));
    }
    if (const auto wrong = check_body("application", given)) return graph_error(*wrong);
    if (!unique_name.empty()) {
        if (given.contains("uniqueName") && text(given, "uniqueName") != unique_name)
            return graph_error({400, "Request_BadRequest", "Property 'uniqueName' does not match the key."});
        given["uniqueName"] = unique_name;
    }
    auto secrets = given.value("passwordCredentials", json::array());
    auto application = directory_.new_application(json::object());
    application["displayName"] = nullptr;
    merge(application, given);
    application["owners"] = owners;
    application["createdDateTime"] = format_time(directory_.now());
    tidy(application);
    if (const auto wrong = check_application(directory_, application, nullptr)) return graph_error(*wrong);
    directory_.put_application(application);
    auto shown = shown_application(application);
    shown["createdDateTime"] = format_time(directory_.now(), 7);
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#applications/$entity"}};
    answer.update(shown);
    auto response = graph_answer(201, answer);
    response.set_header("Location",
                        fmt::format("{}/v2/{}/directoryObjects/{}/Microsoft.DirectoryServices.Application",
                                    request.http.base_url, directory_.tenant_id(), text(application, "id")));
    return response;
}

Response GraphApplications::update(const GraphRequest& request, const json& application) {
    if (!request.body.is_object())
        return graph_error({400, "Request_BadRequest", "Empty Payload. JSON content expected."});
    if (const auto wrong = check_body("application", request.body, &application)) return graph_error(*wrong);
    if (request.body.contains("passwordCredentials"))
        return graph_error(
            {400, "Request_BadRequest", "Property 'passwordCredentials' is read-only and cannot be set."});
    if (switches_.clear_home_page_refused && request.body.contains("web") &&
        request.body["web"].contains("homePageUrl") && text(request.body["web"], "homePageUrl").empty() &&
        !text(application.at("web"), "homePageUrl").empty()) {
        return graph_error(
            {400, "Request_BadRequest", "Invalid value specified for property 'web' of resource 'Application'."});
    }
    auto changed = application;
    merge(changed, request.body);
    tidy(changed);
    if (const auto wrong = check_application(directory_, changed, &application)) return graph_error(*wrong);
    directory_.put_application(changed);
    mirror_to_principal(changed);
    return graph_no_content();
}

void GraphApplications::mirror_to_principal(const json& application) {
    if (const auto* principal = directory_.principal_by_app(text(application, "appId"))) {
        auto mirrored = *principal;
        mirrored["displayName"] = application.at("displayName");
        directory_.service_principals.put(text(mirrored, "id"), mirrored, directory_.now());
    }
}

Response GraphApplications::remove(const json& application) {
    const auto id = text(application, "id");
    auto gone = application;
    gone["deletedDateTime"] = format_time(directory_.now());
    if (const auto* principal = directory_.principal_by_app(text(application, "appId"))) {
        auto gone_principal = *principal;
        gone_principal["deletedDateTime"] = format_time(directory_.now());
        const auto principal_id = text(gone_principal, "id");
        directory_.deleted.put(principal_id, std::move(gone_principal), directory_.now());
        directory_.service_principals.erase(principal_id, directory_.now());
    }
    directory_.deleted.put(id, std::move(gone), directory_.now());
    directory_.applications.erase(id, directory_.now());
    return graph_no_content();
}

Response GraphApplications::deleted_items(const GraphRequest& request) {
    const auto& method = request.http.method;
    const auto what = request.segment(2);
    if (what == "microsoft.graph.application" || what == "microsoft.graph.servicePrincipal") {
        if (method != "GET") return not_allowed();
        const bool wants_applications = what == "microsoft.graph.application";
        auto all = listing();
        all.context = "directoryObjects";
        for (const auto* object : directory_.deleted.all(directory_.now(), directory_.replica_lag)) {
            if (object->contains("identifierUris") == wants_applications) all.objects.push_back(object);
        }
        if (!wants_applications) all.project = [](const json& object) { return object; };
        return list_objects(request, all);
    }
    if (what.empty()) return graph_error({400, "Request_UnsupportedQuery", "The cast to a derived type is required."});
    const auto* object = directory_.deleted.find(lower(what), directory_.now());
    if (object == nullptr) return graph_error(not_found(what));
    if (request.segment(3) == "restore") return method == "POST" ? restore(request, *object) : not_allowed();
    if (method == "GET")
        return graph_answer(200, object->contains("identifierUris") ? shown_application(*object) : *object);
    if (method != "DELETE") return not_allowed();
    directory_.deleted.erase(lower(what), directory_.now());
    return graph_no_content();
}

Response GraphApplications::restore(const GraphRequest& request, const json& object) {
    auto back = object;
    back["deletedDateTime"] = nullptr;
    const auto id = text(back, "id");
    const bool is_application = back.contains("identifierUris");
    if (is_application) {
        if (const auto wrong = check_application(directory_, back, nullptr))
            return graph_error({409, "Request_MultipleObjectsWithSameKeyValue", wrong->message});
        directory_.put_application(back);
    } else {
        if (directory_.application_by("appId", text(back, "appId")) == nullptr)
            return graph_error(
                {400, "Request_BadRequest", "The backing application of the service principal does not exist."});
        directory_.service_principals.put(id, back, directory_.now());
    }
    directory_.deleted.erase(id, directory_.now());
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#directoryObjects/$entity"},
                {"@odata.type", is_application ? "#microsoft.graph.application" : "#microsoft.graph.servicePrincipal"}};
    answer.update(is_application ? shown_application(back) : back);
    return graph_answer(200, answer);
}

Response GraphApplications::credentials(const GraphRequest& request, const json& application, std::size_t at) {
    const auto& method = request.http.method;
    const auto& segment = request.path[at];
    const auto key = !segment.key_name.empty() ? segment.key : request.segment(at + 1);
    const auto& all = application.at("federatedIdentityCredentials");
    if (key.empty()) {
        if (method == "POST") return add_credential(request, application, request.body);
        if (method != "GET") return not_allowed();
        Listing shown;
        shown.context = context_of(application);
        shown.project = shown_credential;
        for (const auto& credential : all) shown.objects.push_back(&credential);
        std::reverse(shown.objects.begin(), shown.objects.end());
        return list_objects(request, shown);
    }
    const auto it = std::find_if(
        all.begin(), all.end(), [&](const auto& c) { return text(c, "name") == key || same_text(text(c, "id"), key); });
    if (it == all.end()) {
        if (method != "PATCH" || !request.create_if_missing()) return graph_error(not_found(key));
        auto credential = request.body;
        credential["name"] = key;
        return add_credential(request, application, std::move(credential));
    }
    if (method == "GET") {
        json answer{{"@odata.context",
                     fmt::format("{}/v1.0/$metadata#{}/$entity", request.http.base_url, context_of(application))}};
        answer.update(*it);
        return graph_answer(200, answer);
    }
    if (method == "PATCH") return change_credential(request, application, *it);
    if (method != "DELETE") return not_allowed();
    auto changed = application;
    changed["federatedIdentityCredentials"].erase(static_cast<std::size_t>(it - all.begin()));
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

Response GraphApplications::add_credential(const GraphRequest& request, const json& application, json credential) {
    if (!credential.is_object())
        return graph_error({400, "Request_BadRequest", "Empty Payload. JSON content expected."});
    if (const auto wrong = check_against_metadata("federatedIdentityCredential", credential))
        return graph_error({400, "Request_BadRequest", *wrong});
    const auto sent = credential;
    for (const auto& [name, value] : sent.items()) {
        if (name.find('@') != std::string::npos) credential.erase(name);
    }
    if (const auto wrong = check_credential(application, credential, {})) return graph_error(*wrong);
    credential["id"] = directory_.ids().guid();
    if (!credential.contains("description")) credential["description"] = nullptr;
    empty_to_null(credential, {"description"});
    auto changed = application;
    changed["federatedIdentityCredentials"].push_back(credential);
    directory_.put_application(std::move(changed));
    json answer{{"@odata.context",
                 fmt::format("{}/v1.0/$metadata#{}/$entity", request.http.base_url, context_of(application))}};
    answer.update(credential);
    return graph_answer(201, answer);
}

Response GraphApplications::change_credential(const GraphRequest& request, const json& application,
                                              const json& credential) {
    if (!request.body.is_object())
        return graph_error({400, "Request_BadRequest", "Empty Payload. JSON content expected."});
    if (const auto wrong = check_against_metadata("federatedIdentityCredential", request.body))
        return graph_error({400, "Request_BadRequest", *wrong});
    if (request.body.contains("name") && text(request.body, "name") != text(credential, "name")) {
        return graph_error({400, "Request_BadRequest", "Property 'name' is read-only and cannot be set."});
    }
    auto changed_credential = credential;
    merge(changed_credential, request.body);
    changed_credential["id"] = credential.at("id");
    empty_to_null(changed_credential, {"description"});
    if (const auto wrong = check_credential(application, changed_credential, text(credential, "id")))
        return graph_error(*wrong);
    auto changed = application;
    for (auto& entry : changed["federatedIdentityCredentials"]) {
        if (entry["id"] == credential.at("id")) entry = changed_credential;
    }
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

Response GraphApplications::owners(const GraphRequest& request, const json& application, std::size_t at) {
    const auto& method = request.http.method;
    const auto& list = application.at("owners");
    if (request.path.size() == at + 1 && method == "GET") {
        auto value = json::array();
        for (const auto& id : list) {
            const auto* principal = directory_.service_principals.find(id.get<std::string>(), directory_.now());
            value.push_back({{"@odata.type", "#microsoft.graph.servicePrincipal"},
                             {"id", id},
                             {"displayName", principal != nullptr ? principal->at("displayName") : json()}});
        }
        return graph_answer(
            200, {{"@odata.context", request.http.base_url + "/v1.0/$metadata#directoryObjects"}, {"value", value}});
    }
    auto changed = application;
    if (method == "POST" && request.segment(at + 1) == "$ref") {
        const auto link = text(request.body, "@odata.id");
        const auto id = lower(link.substr(link.rfind('/') + 1));
        if (!is_guid(id)) return graph_error({400, "Request_BadRequest", "Invalid object identifier in '@odata.id'."});
        if (std::find(list.begin(), list.end(), json(id)) != list.end()) {
            return graph_error(
                {400, "Request_BadRequest",
                 "One or more added object references already exist for the following modified properties: 'owners'."});
        }
        if (list.size() >= 100)
            return graph_error({403, "Directory_QuotaExceeded",
                                "Unable to perform operation as '101' would exceed the maximum quota count '100' for "
                                "forward-link 'owners'."});
        changed["owners"].push_back(id);
        directory_.put_application(std::move(changed));
        return graph_no_content();
    }
    if (method == "DELETE" && request.segment(at + 2) == "$ref") {
        const auto it = std::find(list.begin(), list.end(), json(lower(request.segment(at + 1))));
        if (it == list.end()) return graph_error(not_found(request.segment(at + 1)));
        changed["owners"].erase(static_cast<std::size_t>(it - list.begin()));
        directory_.put_application(std::move(changed));
        return graph_no_content();
    }
    return not_allowed();
}

Response GraphApplications::add_password(const GraphRequest& request, const json& application) {
    const auto given =
        request.body.is_object() ? request.body.value("passwordCredential", json::object()) : json::object();
    if (!given.is_object())
        return graph_error({400, "Request_BadRequest", "Invalid value specified for property 'passwordCredential'."});
    if (const auto wrong = check_against_metadata("passwordCredential", given))
        return graph_error({400, "Request_BadRequest", *wrong});
    for (const auto* member : {"secretText", "hint", "keyId"}) {
        if (given.contains(member) && !given[member].is_null())
            return graph_error(
                {400, "Request_BadRequest", fmt::format("Property '{}' is read-only and cannot be set.", member)});
    }
    const auto start = given.contains("startDateTime") && given["startDateTime"].is_string()
                           ? *parse_time(text(given, "startDateTime"))
                           : directory_.now();
    const auto end = given.contains("endDateTime") && given["endDateTime"].is_string()
                         ? *parse_time(text(given, "endDateTime"))
                         : start + std::chrono::hours(24 * 730);
    if (end <= start)
        return graph_error({400, "Request_BadRequest",
                            "Invalid value specified for property 'endDateTime' of resource 'PasswordCredential'."});
    const auto secret = directory_.ids().secret_text();
    json credential{{"customKeyIdentifier", nullptr},   {"displayName", given.value("displayName", json())},
                    {"endDateTime", format_time(end)},  {"hint", secret.substr(0, 3)},
                    {"keyId", directory_.ids().guid()}, {"startDateTime", format_time(start)}};
    auto changed = application;
    auto stored = credential;
    stored["_addedDateTime"] = format_time(directory_.now());
    changed["passwordCredentials"].push_back(stored);
    if (const auto wrong = check_application(directory_, changed, &application)) return graph_error(*wrong);
    changed["_secrets"][text(credential, "keyId")] = sha256_hex(secret);
    directory_.put_application(std::move(changed));
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#microsoft.graph.passwordCredential"}};
    answer.update(credential);
    answer["secretText"] = secret;
    return graph_answer(200, answer);
}

Response GraphApplications::remove_password(const GraphRequest& request, const json& application) {
    const auto key = request.body.is_object() ? lower(text(request.body, "keyId")) : std::string{};
    const auto& list = application.at("passwordCredentials");
    const auto it =
        std::find_if(list.begin(), list.end(), [&](const auto& c) { return same_text(text(c, "keyId"), key); });
    if (it == list.end())
        return graph_error(
            {400, "Request_BadRequest", fmt::format("No password credential found with keyId '{}'.", key)});
    auto changed = application;
    changed["passwordCredentials"].erase(static_cast<std::size_t>(it - list.begin()));
    changed["_secrets"].erase(key);
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

bool GraphApplications::change(const std::vector<Segment>& path, const json& body) {
    const auto& first = path.front();
    const bool keyed = !first.key_name.empty();
    if (!keyed && path.size() == 1) {
        if (!body.contains("put")) return false;
        directory_.put_application(directory_.new_application(body["put"]));
        return true;
    }
    const auto* found = find(first, keyed ? first.key : path[1].name, {});
    if (found == nullptr) return false;
    auto application = *found;
    const auto below = path.size() > (keyed ? 1U : 2U) ? path[keyed ? 1 : 2] : Segment{};
    if (below.name == "federatedIdentityCredentials") {
        auto& list = application["federatedIdentityCredentials"];
        const auto key = !below.key.empty()                ? below.key
                         : path.size() > (keyed ? 2U : 3U) ? path[keyed ? 2 : 3].name
                                                           : std::string{};
        if (body.contains("put")) {
            auto credential = body["put"];
            credential["id"] = directory_.ids().guid();
            list.push_back(std::move(credential));
        }
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (text(list[i], "name") != key) continue;
            if (body.contains("patch")) list[i].merge_patch(body["patch"]);
            if (body.value("delete", false)) list.erase(i--);
        }
    } else if (body.value("delete", false)) {
        if (body.value("purge", false)) {
            directory_.applications.erase(text(application, "id"), directory_.now());
        } else {
            (void)remove(application);
        }
        return true;
    } else if (body.contains("patch")) {
        merge(application, body["patch"]);
    } else {
        return false;
    }
    directory_.put_application(std::move(application));
    return true;
}

}  // namespace regent::simulator
