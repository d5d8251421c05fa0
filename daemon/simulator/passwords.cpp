#include "simulator/passwords.hpp"

#include "simulator/app_management_policies.hpp"
#include "simulator/graph_metadata.hpp"
#include "simulator/members.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr auto standard_lifetime = std::chrono::hours(24 * 730);

}  // namespace

std::optional<GraphError> make_password(Directory& directory, const GraphSwitches& switches, const json& given,
                                        json& holder, json& credential) {
    if (!given.is_object()) return invalid_value("passwordCredential", "PasswordCredential");
    if (const auto wrong = check_against_metadata("passwordCredential", given)) return bad_request(*wrong);
    for (const auto* member : {"secretText", "hint", "keyId"}) {
        if (given.contains(member) && !given[member].is_null()) return read_only(member);
    }
    const auto start = parse_time(text(given, "startDateTime")).value_or(directory.now());
    const auto end = parse_time(text(given, "endDateTime")).value_or(start + standard_lifetime);
    if (end <= start) return invalid_value("endDateTime", "PasswordCredential");
    if (auto wrong = check_password_policy(directory, switches, holder, start, end)) return wrong;
    const auto secret = directory.ids().secret_text();
    credential = {{"customKeyIdentifier", given.value("customKeyIdentifier", json())},
                  {"displayName", given.value("displayName", json())},
                  {"endDateTime", format_time(end)},
                  {"hint", secret.substr(0, 3)},
                  {"keyId", directory.ids().guid()},
                  {"startDateTime", format_time(start)}};
    auto stored = credential;
    stored["_addedDateTime"] = format_time(directory.now());
    holder["passwordCredentials"].push_back(std::move(stored));
    holder["_secrets"][text(credential, "keyId")] = sha256_hex(secret);
    credential["secretText"] = secret;
    return std::nullopt;
}

std::optional<GraphError> add_password(Directory& directory, const GraphSwitches& switches, const json& body,
                                       json& holder, json& credential) {
    auto given = json::object();
    for (const auto& [name, value] : body.items()) {
        if (name.find('@') != std::string::npos) continue;
        if (name != "passwordCredential")
            return bad_request(
                fmt::format("The parameter '{}' in the request payload is not a valid parameter.", name));
        if (!value.is_null()) given = value;
    }
    return make_password(directory, switches, given, holder, credential);
}

Response password_added(const GraphRequest& request, const json& credential) {
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#microsoft.graph.passwordCredential"}};
    answer.update(credential);
    return graph_answer(200, answer);
}

std::optional<GraphError> remove_password(const GraphSwitches& switches, const json& body, json& holder) {
    const auto key = lower(text(body, "keyId"));
    auto& passwords = holder["passwordCredentials"];
    const auto it = std::find_if(passwords.begin(), passwords.end(),
                                 [&](const auto& one) { return same_text(text(one, "keyId"), key); });
    if (it == passwords.end()) {
        const auto status = switches.absent_password_status;
        return GraphError{status,
                          status == 404 ? "Request_ResourceNotFound" : "Request_BadRequest",
                          fmt::format("No password credential found with keyId '{}'.", key),
                          {}};
    }
    passwords.erase(it);
    if (holder.contains("_secrets")) holder["_secrets"].erase(key);
    return std::nullopt;
}

void hide_passwords(json& shown) {
    for (auto& credential : shown["passwordCredentials"]) {
        credential["secretText"] = nullptr;
        credential.erase("_addedDateTime");
    }
}

}  // namespace regent::simulator
