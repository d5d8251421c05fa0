#include "simulator/app_management_policies.hpp"
#include "simulator/application_rules.hpp"
#include "simulator/graph_applications.hpp"
#include "simulator/graph_metadata.hpp"
#include "simulator/members.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {

using nlohmann::json;

namespace {

// https://learn.microsoft.com/graph/api/application-addpassword
constexpr auto standard_lifetime = std::chrono::hours(24 * 730);

}  // namespace

std::optional<GraphError> GraphApplications::make_password(const json& given, json& application, json& credential) {
    if (!given.is_object()) return invalid_value("passwordCredential", "PasswordCredential");
    if (const auto wrong = check_against_metadata("passwordCredential", given)) return bad_request(*wrong);
    for (const auto* member : {"secretText", "hint", "keyId"}) {
        if (given.contains(member) && !given[member].is_null()) return read_only(member);
    }
    const auto start = parse_time(text(given, "startDateTime")).value_or(directory_.now());
    const auto end = parse_time(text(given, "endDateTime")).value_or(start + standard_lifetime);
    if (end <= start) return invalid_value("endDateTime", "PasswordCredential");
    if (auto wrong = check_password_policy(directory_, switches_, application, start, end)) return wrong;
    const auto secret = directory_.ids().secret_text();
    credential = {{"customKeyIdentifier", given.value("customKeyIdentifier", json())},
                  {"displayName", given.value("displayName", json())},
                  {"endDateTime", format_time(end)},
                  {"hint", secret.substr(0, 3)},
                  {"keyId", directory_.ids().guid()},
                  {"startDateTime", format_time(start)}};
    auto stored = credential;
    stored["_addedDateTime"] = format_time(directory_.now());
    application["passwordCredentials"].push_back(std::move(stored));
    application["_secrets"][text(credential, "keyId")] = sha256_hex(secret);
    credential["secretText"] = secret;
    return std::nullopt;
}

Response GraphApplications::add_password(const GraphRequest& request, const json& application) {
    auto given = json::object();
    for (const auto& [name, value] : request.body.items()) {
        if (name.find('@') != std::string::npos) continue;
        if (name != "passwordCredential") {
            return graph_error(
                bad_request(fmt::format("The parameter '{}' in the request payload is not a valid parameter.", name)));
        }
        if (!value.is_null()) given = value;
    }
    auto changed = application;
    json credential;
    if (const auto wrong = make_password(given, changed, credential)) return graph_error(*wrong);
    if (const auto wrong = check_application(directory_, switches_, changed, &application)) return graph_error(*wrong);
    directory_.put_application(std::move(changed));
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#microsoft.graph.passwordCredential"}};
    answer.update(credential);
    return graph_answer(200, answer);
}

Response GraphApplications::remove_password(const GraphRequest& request, const json& application) {
    const auto key = lower(text(request.body, "keyId"));
    const auto& passwords = list(application, "passwordCredentials");
    const auto it = std::find_if(passwords.begin(), passwords.end(),
                                 [&](const auto& one) { return same_text(text(one, "keyId"), key); });
    if (it == passwords.end()) {
        const auto status = switches_.absent_password_status;
        return graph_error({status,
                            status == 404 ? "Request_ResourceNotFound" : "Request_BadRequest",
                            fmt::format("No password credential found with keyId '{}'.", key),
                            {}});
    }
    auto changed = application;
    changed["passwordCredentials"].erase(static_cast<std::size_t>(it - passwords.begin()));
    changed["_secrets"].erase(key);
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

}  // namespace regent::simulator
