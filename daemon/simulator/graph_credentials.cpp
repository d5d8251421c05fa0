#include "simulator/application_rules.hpp"
#include "simulator/graph_applications.hpp"
#include "simulator/graph_metadata.hpp"
#include "simulator/members.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

std::string context_of(const json& application) {
    return fmt::format("applications('{}')/federatedIdentityCredentials", text(application, "id"));
}

/// What of it is written: without annotations, an empty description as null.
json tidied(json credential) {
    for (auto it = credential.begin(); it != credential.end();) {
        it = it.key().find('@') != std::string::npos ? credential.erase(it) : std::next(it);
    }
    if (text(credential, "description").empty()) credential["description"] = nullptr;
    return credential;
}

/// `own` is the credential that is being changed; null for a new one.
std::optional<GraphError> check_credential(const json& body, const json* own) {
    if (!body.is_object()) return no_payload();
    if (const auto wrong = check_against_metadata("federatedIdentityCredential", body)) return bad_request(*wrong);
    for (const auto* member : {"id", "name"}) {
        const bool is_chosen = own == nullptr && std::string_view(member) == "name";
        if (is_chosen || !body.contains(member)) continue;
        if (own == nullptr || body.at(member) != own->at(member)) return read_only(member);
    }
    return std::nullopt;
}

}  // namespace

Response GraphApplications::credentials(const GraphRequest& request, const json& application, std::size_t at) {
    const auto& method = request.http.method;
    const auto& segment = request.path[at];
    const auto key = !segment.key_name.empty() ? segment.key : request.segment(at + 1);
    const auto& all = list(application, "federatedIdentityCredentials");
    if (key.empty()) {
        if (method == "POST") return add_credential(request, application, request.body);
        if (method != "GET") return graph_not_allowed();
        Listing shown;
        shown.context = context_of(application);
        // Like every collection, not in the order in which they were made.
        shown.objects = [&all] {
            Listing::Objects objects;
            std::for_each(all.rbegin(), all.rend(), [&](const json& one) { objects.push_back(&one); });
            return objects;
        };
        shown.page_tokens_expire = switches_.page_tokens_expire;
        return list_objects(request, shown);
    }
    const auto it = std::find_if(
        all.begin(), all.end(), [&](const auto& c) { return text(c, "name") == key || same_text(text(c, "id"), key); });
    if (it != all.end()) return one_credential(request, application, static_cast<std::size_t>(it - all.begin()));
    if (method != "PATCH" || !request.create_if_missing()) return graph_error(not_found(key));
    auto given = request.body;
    if (given.is_object()) {
        if (given.contains("name") && given["name"] != key) return graph_error(read_only("name"));
        given["name"] = key;
    }
    return add_credential(request, application, given);
}

Response GraphApplications::one_credential(const GraphRequest& request, const json& application, std::size_t index) {
    const auto& method = request.http.method;
    const auto& credential = application.at("federatedIdentityCredentials").at(index);
    if (method == "GET") {
        Listing one;
        one.context = context_of(application);
        return show_object(request, one, credential);
    }
    if (method == "PATCH") return change_credential(request, application, credential);
    if (method != "DELETE") return graph_not_allowed();
    auto changed = application;
    changed["federatedIdentityCredentials"].erase(index);
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

Response GraphApplications::add_credential(const GraphRequest& request, const json& application, const json& given) {
    if (const auto wrong = check_credential(given, nullptr)) return graph_error(*wrong);
    auto credential = tidied(given);
    if (const auto wrong = check_credential(switches_, application, credential, {})) return graph_error(*wrong);
    credential["id"] = directory_.ids().guid();
    auto changed = application;
    changed["federatedIdentityCredentials"].push_back(credential);
    json answer{{"@odata.context",
                 fmt::format("{}/v1.0/$metadata#{}/$entity", request.http.base_url, context_of(application))}};
    answer.update(credential);
    directory_.put_application(std::move(changed));
    return graph_answer(201, answer);
}

Response GraphApplications::change_credential(const GraphRequest& request, const json& application,
                                              const json& credential) {
    if (const auto wrong = check_credential(request.body, &credential)) return graph_error(*wrong);
    auto changed_credential = credential;
    merge(changed_credential, request.body);
    changed_credential = tidied(std::move(changed_credential));
    if (const auto wrong = check_credential(switches_, application, changed_credential, text(credential, "id")))
        return graph_error(*wrong);
    auto changed = application;
    for (auto& entry : changed["federatedIdentityCredentials"]) {
        if (entry["id"] == changed_credential["id"]) entry = changed_credential;
    }
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

}  // namespace regent::simulator
