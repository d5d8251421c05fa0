#include "simulator/graph_applications.hpp"

#include "simulator/application_rules.hpp"
#include "simulator/application_shape.hpp"
#include "simulator/graph_metadata.hpp"
#include "simulator/graph_owners.hpp"
#include "simulator/key_credentials.hpp"
#include "simulator/members.hpp"
#include "simulator/passwords.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// Only the service writes them.
constexpr const char* read_only_members[] = {"id",
                                             "appId",
                                             "applicationTemplateId",
                                             "certification",
                                             "createdByAppId",
                                             "createdDateTime",
                                             "deletedDateTime",
                                             "disabledByMicrosoftStatus",
                                             "publisherDomain",
                                             "verifiedPublisher"};

/// What may not be written. `own` is the object that a PATCH is about: Terraform's provider repeats its id in the body,
/// and goes on.
std::optional<GraphError> check_body(const json& body, const json* own) {
    if (const auto wrong = check_against_metadata("application", body)) return bad_request(*wrong);
    for (const auto* name : read_only_members) {
        const auto& there = own != nullptr ? *own : application_defaults();
        const bool is_repeated = body.contains(name) && body.at(name) == there.value(name, json());
        if (body.contains(name) && !is_repeated) return read_only(name);
    }
    if (own != nullptr && body.contains("passwordCredentials")) return read_only("passwordCredentials");
    if (!text(body.value("info", json()), "logoUrl").empty()) return read_only("logoUrl");
    // https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/3149
    const auto web = body.value("web", json());
    if (web.is_object() && web.contains("redirectUriSettings") && web.contains("redirectUris"))
        return invalid_value("web");
    return std::nullopt;
}

GraphError denied() {
    return {403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", {}};
}

/// Who may only write what it owns cannot create an application with mapped claims; it can set them afterwards.
/// https://github.com/hashicorp/terraform-provider-azuread/issues/914
bool needs_more_than_ownership(const GraphRequest& request) {
    const auto& roles = request.caller.roles;
    const bool writes_all = std::find(roles.begin(), roles.end(), "Application.ReadWrite.All") != roles.end();
    const auto api = request.body.value("api", json());
    return !writes_all && api.is_object() && api.value("acceptMappedClaims", json()) == true;
}

}  // namespace

Listing GraphApplications::listing() const {
    Listing listing;
    listing.context = "applications";
    listing.objects = [this] { return directory_.applications.all(directory_.now(), directory_.replica_lag); };
    listing.holders = [this](const std::string& member, const std::string& value) {
        return directory_.applications.holders(member, value, directory_.now(), directory_.replica_lag);
    };
    listing.project = [this](const json& application, const std::string& select, bool is_single) {
        return selected_application(application, select, is_single, order());
    };
    listing.expand_credentials_refused = !switches_.expand_federated_credentials;
    listing.page_tokens_expire = switches_.page_tokens_expire;
    listing.expand = [this](const json& application, const std::string& relation) -> json {
        if (relation == "federatedIdentityCredentials") return list(application, "federatedIdentityCredentials");
        return relation == "owners" ? owners_of(directory_, application) : json();
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

const json* GraphApplications::named(const GraphRequest& request) const {
    return find(request.path[0], request.segment(1), {});
}

bool GraphApplications::is_owned_or_new(const GraphRequest& request) const {
    if (request.segment(0) == "servicePrincipals") {
        const bool by_id = request.path[0].key_name.empty() && request.path.size() > 1;
        const auto* principal =
            by_id ? directory_.service_principals.find(lower(request.path[1].name), directory_.now()) : nullptr;
        const auto app_id = principal != nullptr            ? text(*principal, "appId")
                            : by_id                         ? std::string{}
                            : request.http.method == "POST" ? text(request.body, "appId")
                                                            : request.path[0].key;
        const auto* application = directory_.application_by("appId", app_id);
        return application != nullptr && is_owner(request.caller.object_id, *application);
    }
    if (request.segment(0) == "directory") return is_owned_in_bin(request);
    if (request.segment(0) != "applications") return false;
    if (request.path.size() == 1 && request.path[0].key_name.empty()) return request.http.method == "POST";
    const auto* application = find(request.path[0], request.segment(1), {});
    return application == nullptr || is_owner(request.caller.object_id, *application);
}

Response GraphApplications::handle(const GraphRequest& request) {
    const auto& method = request.http.method;
    const auto& first = request.path[0];
    const bool has_key = !first.key_name.empty();
    if (!has_key && (request.path.size() == 1 || request.segment(1) == "$count")) return collection(request);
    const auto& key = has_key ? first.key : request.path[1].name;
    const bool by_id = !has_key || first.key_name == "id";
    if (by_id && !is_guid(key)) return graph_error(malformed_id(switches_.malformed_id_status, key));
    const auto lag = method == "GET" ? directory_.replica_lag : std::chrono::seconds{};
    const std::size_t rest = has_key ? 1 : 2;
    const auto* application = find(first, key, lag);
    if (application == nullptr) {
        const bool upserts = method == "PATCH" && first.key_name == "uniqueName" && request.path.size() == rest &&
                             request.create_if_missing();
        return upserts ? create(request, key) : graph_error(not_found(key));
    }
    if (request.path.size() > rest) return below(request, *application, rest);
    if (method == "GET") return show_object(request, listing(), *application);
    if (method == "PATCH") return update(request, *application);
    return method == "DELETE" ? remove(*application) : graph_not_allowed();
}

Response GraphApplications::collection(const GraphRequest& request) {
    const auto& method = request.http.method;
    if (request.path.size() == 1) {
        if (method == "GET") return list_objects(request, listing());
        return method == "POST" ? create(request, {}) : graph_not_allowed();
    }
    if (method != "GET") return graph_not_allowed();
    if (!same_text(request.http.header("ConsistencyLevel").value_or(""), "eventual"))
        return graph_error(bad_request("$count is not currently supported."));
    Response response;
    response.set_header("Content-Type", "text/plain");
    response.body = std::to_string(directory_.applications.all(directory_.now(), directory_.replica_lag).size());
    return response;
}

Response GraphApplications::below(const GraphRequest& request, const json& application, std::size_t at) {
    const auto& method = request.http.method;
    const auto& name = request.path[at].name;
    if (name == "federatedIdentityCredentials") return credentials(request, application, at);
    if (name == "owners") {
        return handle_owners(directory_, switches_, request, application, at,
                             [this](json changed) { directory_.put_application(std::move(changed)); });
    }
    if (name == "addPassword" || name == "microsoft.graph.addPassword")
        return method == "POST" ? add_password(request, application) : graph_not_allowed();
    if (name == "removePassword" || name == "microsoft.graph.removePassword")
        return method == "POST" ? remove_password(request, application) : graph_not_allowed();
    if (name == "extensionProperties") return extension_properties(request, application, at);
    if (name == "logo") return method == "PUT" ? put_logo(request, application) : graph_not_allowed();
    return graph_no_segment(name);
}

Response GraphApplications::create(const GraphRequest& request, const std::string& unique_name) {
    if (!request.body.is_object()) return graph_error(no_payload());
    auto given = request.body;
    if (const auto wrong = check_body(given, nullptr)) return graph_error(*wrong);
    if (needs_more_than_ownership(request)) return graph_error(denied());
    json owners;
    if (const auto wrong = first_owners(directory_, switches_, request, owners)) return graph_error(*wrong);
    if (!unique_name.empty()) {
        if (given.contains("uniqueName") && given["uniqueName"] != unique_name)
            return graph_error(bad_request("Property 'uniqueName' does not match the key."));
        given["uniqueName"] = unique_name;
    }
    const auto wanted_secrets = list(given, "passwordCredentials");
    given.erase("passwordCredentials");
    auto application = directory_.new_application(json::object());
    merge(application, given);
    application["owners"] = std::move(owners);
    normalise_application(application, nullptr);
    directory_.number_keys(application);
    auto secrets = json::array();
    for (const auto& wanted : wanted_secrets) {
        json secret;
        if (const auto wrong = make_password(directory_, switches_, wanted, application, secret))
            return graph_error(*wrong);
        secrets.push_back(std::move(secret));
    }
    if (const auto wrong = check_application(directory_, switches_, application, nullptr)) return graph_error(*wrong);
    directory_.put_application(application);
    return created(request, application, secrets);
}

/// The only answer that has a create's time to the tick, and the secrets it asked for.
Response GraphApplications::created(const GraphRequest& request, const json& application, const json& secrets) const {
    auto shown = shown_application(application, order());
    shown["createdDateTime"] = format_time(directory_.now(), 7);
    if (!secrets.empty()) shown["passwordCredentials"] = secrets;
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#applications/$entity"}};
    answer.update(shown);
    auto response = graph_answer(201, answer);
    response.set_header("Location",
                        fmt::format("{}/v2/{}/directoryObjects/{}/Microsoft.DirectoryServices.Application",
                                    request.http.base_url, directory_.tenant_id(), text(application, "id")));
    return response;
}

bool GraphApplications::clears_home_page(const json& body, const json& application) const {
    const auto web = body.value("web", json());
    return web.is_object() && web.contains("homePageUrl") && text(web, "homePageUrl").empty() &&
           !text(application.at("web"), "homePageUrl").empty();
}

Response GraphApplications::update(const GraphRequest& request, const json& application) {
    if (!request.body.is_object()) return graph_error(no_payload());
    if (const auto wrong = check_body(request.body, &application)) return graph_error(*wrong);
    if (switches_.encryption_key_must_be_there && names_new_key(request.body, application))
        return graph_error(invalid_value("tokenEncryptionKeyId"));
    if (switches_.clear_home_page_refused && clears_home_page(request.body, application))
        return graph_error(invalid_value("web"));
    auto changed = application;
    merge(changed, request.body);
    if (!switches_.groups_merge) replace_groups(changed, request.body);
    normalise_application(changed, &application);
    directory_.number_keys(changed);
    if (const auto wrong = check_application(directory_, switches_, changed, &application)) return graph_error(*wrong);
    mirror_to_principal(changed);
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

void GraphApplications::mirror_to_principal(const json& application) {
    const auto* principal = directory_.principal_by_app(text(application, "appId"));
    if (principal == nullptr || principal->at("displayName") == application.at("displayName")) return;
    auto mirrored = *principal;
    mirrored["displayName"] = application.at("displayName");
    directory_.service_principals.put(text(mirrored, "id"), mirrored, directory_.now());
}

}  // namespace regent::simulator
