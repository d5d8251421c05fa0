#include "simulator/app_management_policies.hpp"

#include "simulator/members.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr const char* default_name = "defaultAppManagementPolicy";

json initial_policy() {
    return {
        {"id", "00000000-0000-0000-0000-000000000000"},
        {"displayName", "Default app management tenant policy"},
        {"description",
         "Default tenant policy that enforces app management restrictions on applications and service principals. To "
         "apply policy to targeted resources, create a new policy under appManagementPolicies collection."},
        {"isEnabled", false},
        {"applicationRestrictions", {{"passwordCredentials", json::array()}, {"keyCredentials", json::array()}}},
        {"servicePrincipalRestrictions", {{"passwordCredentials", json::array()}, {"keyCredentials", json::array()}}}};
}

json default_policy(const Directory& directory) {
    const auto found = directory.policies.find("default");
    return found == directory.policies.end() ? initial_policy() : *found;
}

const json* linked_policy(const Directory& directory, const std::string& object_id) {
    for (const auto& policy : list(directory.policies, "linked")) {
        const auto& targets = list(policy, "_appliesTo");
        if (std::find(targets.begin(), targets.end(), json(object_id)) != targets.end()) return &policy;
    }
    return nullptr;
}

json shown(json policy) {
    policy.erase("_appliesTo");
    return policy;
}

/// "P180D", "P4DT12H30M5S" in seconds; 0 for anything else.
long duration(const std::string& text) {
    long total = 0, number = 0;
    bool in_time = false;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            number = number * 10 + (c - '0');
            continue;
        }
        if (c == 'T') in_time = true;
        if (c == 'D') total += number * 86'400;
        if (c == 'H') total += number * 3'600;
        if (c == 'M' && in_time) total += number * 60;
        if (c == 'S') total += number;
        number = 0;
    }
    return total;
}

bool applies(const json& restriction, const json& application) {
    if (text(restriction, "state") == "disabled") return false;
    const auto after = parse_time(text(restriction, "restrictForAppsCreatedAfterDateTime"));
    const auto created = parse_time(text(application, "createdDateTime"));
    return !after || !created || *created > *after;
}

std::optional<GraphError> check_against(const json& restrictions, const std::string& policy, int status,
                                        const json& application, Time start, Time end) {
    for (const auto& restriction : restrictions) {
        if (!applies(restriction, application)) continue;
        const auto type = text(restriction, "restrictionType");
        if (type == "passwordAddition")
            return GraphError{status,
                              "CredentialTypeNotAllowedAsPerAppPolicy",
                              fmt::format("Credential type not allowed as per assigned policy '{}'.", policy),
                              {}};
        const auto longest = duration(text(restriction, "maxLifetime"));
        if (type == "passwordLifetime" && longest > 0 && end - start > std::chrono::seconds(longest))
            return GraphError{
                status,
                "CredentialInvalidLifetimeAsPerAppPolicy",
                fmt::format("Credential lifetime exceeds the max value allowed as per assigned policy '{}'.", policy),
                {}};
    }
    return std::nullopt;
}

}  // namespace

Response AppManagementPolicies::handle(const GraphRequest& request) const {
    if (request.http.method != "GET") return graph_not_allowed();
    const auto what = request.segment(1);
    if (request.segment(0) == "policies" && what == default_name && request.path.size() == 2) {
        auto policy = default_policy(directory_);
        policy["@odata.context"] =
            request.http.base_url + "/v1.0/$metadata#policies/defaultAppManagementPolicy/$entity";
        return graph_answer(200, policy);
    }
    if (request.segment(0) != "policies" || what != "appManagementPolicies") return graph_no_segment(what);
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#policies/appManagementPolicies"},
                {"value", json::array()}};
    if (request.path.size() == 2) {
        for (const auto& policy : list(directory_.policies, "linked")) answer["value"].push_back(shown(policy));
        return graph_answer(200, answer);
    }
    for (const auto& policy : list(directory_.policies, "linked")) {
        if (!same_text(text(policy, "id"), request.segment(2))) continue;
        if (request.path.size() == 3) return graph_answer(200, shown(policy));
        if (request.segment(3) != "appliesTo") break;
        for (const auto& id : list(policy, "_appliesTo")) {
            const auto* application = directory_.application(id.get<std::string>());
            if (application == nullptr) continue;
            answer["value"].push_back(
                {{"@odata.type", "#microsoft.graph.application"}, {"id", id}, {"appId", text(*application, "appId")}});
        }
        return graph_answer(200, answer);
    }
    return graph_error(not_found(request.segment(2)));
}

bool AppManagementPolicies::change(const std::vector<Segment>& path, const json& body) {
    if (path.size() != 2 || path[0].name != "policies") return false;
    if (path[1].name == default_name && body.contains("patch")) {
        auto policy = default_policy(directory_);
        merge(policy, body["patch"]);
        directory_.policies["default"] = std::move(policy);
        return true;
    }
    if (path[1].name != "appManagementPolicies" || !body.contains("put")) return false;
    auto policy = body["put"];
    if (text(policy, "id").empty()) policy["id"] = directory_.ids().guid();
    policy["_appliesTo"] = list(policy, "appliesTo");
    policy.erase("appliesTo");
    directory_.policies["linked"].push_back(std::move(policy));
    return true;
}

std::optional<GraphError> check_password_policy(const Directory& directory, const GraphSwitches& switches,
                                                const json& holder, Time start, Time end) {
    const auto status = switches.policy_refusal_status;
    // A policy that is linked to the object takes the default one's place.
    if (const auto* linked = linked_policy(directory, text(holder, "id")); linked != nullptr) {
        if (!linked->value("isEnabled", true)) return std::nullopt;
        return check_against(list(linked->value("restrictions", json::object()), "passwordCredentials"),
                             text(*linked, "displayName"), status, holder, start, end);
    }
    const auto policy = default_policy(directory);
    if (!policy.value("isEnabled", false)) return std::nullopt;
    const auto* restrictions =
        holder.contains("servicePrincipalType") ? "servicePrincipalRestrictions" : "applicationRestrictions";
    return check_against(list(policy.value(restrictions, json::object()), "passwordCredentials"),
                         text(policy, "displayName"), status, holder, start, end);
}

}  // namespace regent::simulator
