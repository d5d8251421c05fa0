#include "simulator/app_management_policies.hpp"

#include "simulator/certificate.hpp"
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

/// What is in force for one object: its restrictions, and the policy that they are from.
struct InForce {
    json restrictions = json::object();
    std::string policy;
};

/// A policy that is linked to the object takes the default one's place.
InForce in_force(const Directory& directory, const json& holder) {
    if (const auto* linked = linked_policy(directory, text(holder, "id")); linked != nullptr) {
        if (!linked->value("isEnabled", true)) return {};
        auto restrictions = linked->value("restrictions", json::object());
        for (const auto& [name, entry] : restrictions.value("applicationRestrictions", json::object()).items())
            restrictions[name] = entry;
        return {std::move(restrictions), text(*linked, "displayName")};
    }
    const auto policy = default_policy(directory);
    if (!policy.value("isEnabled", false)) return {};
    const auto* restrictions =
        holder.contains("servicePrincipalType") ? "servicePrincipalRestrictions" : "applicationRestrictions";
    return {policy.value(restrictions, json::object()), text(policy, "displayName")};
}

GraphError type_not_allowed(const std::string& policy, int status) {
    return {status,
            "CredentialTypeNotAllowedAsPerAppPolicy",
            fmt::format("Credential type not allowed as per assigned policy '{}'.", policy),
            {}};
}

GraphError life_too_long(const std::string& policy, int status) {
    return {status,
            "CredentialInvalidLifetimeAsPerAppPolicy",
            fmt::format("Credential lifetime exceeds the max value allowed as per assigned policy '{}'.", policy),
            {}};
}

bool exceeds(const json& restriction, Time start, Time end) {
    const auto longest = duration(text(restriction, "maxLifetime"));
    return longest > 0 && end - start > std::chrono::seconds(longest);
}

bool is_self_issued(const json& key) {
    const auto der = base64_decoded(text(key, "key"));
    const auto certificate = der ? read_certificate(*der) : std::nullopt;
    return certificate && certificate->self_issued;
}

/// The restriction of that name below "identifierUris" or "audiences", when it is in force; a null pointer otherwise.
const json* member_restriction(const json& restrictions, const char* subject, const char* name,
                               const json& application) {
    const auto group = restrictions.find(subject);
    if (group == restrictions.end() || !group->is_object()) return nullptr;
    const auto found = group->find(name);
    if (found == group->end() || !found->is_object() || !applies(*found, application)) return nullptr;
    return &*found;
}

bool is_spared(const Directory& directory, const json& restriction, const json& application) {
    const auto is_set = [&](const char* name) { return restriction.value(name, json()) == json(true); };
    if (is_set("excludeAppsReceivingV2Tokens") && application.at("api").at("requestedAccessTokenVersion") == json(2))
        return true;
    const auto* principal = directory.principal_by_app(text(application, "appId"));
    return is_set("excludeSaml") && principal != nullptr && text(*principal, "preferredSingleSignOnMode") == "saml";
}

std::optional<GraphError> check_uris(const Directory& directory, const InForce& policy, int status, const json& after,
                                     const json* before) {
    const auto* restriction = member_restriction(policy.restrictions, "identifierUris", "nonDefaultUriAddition", after);
    if (restriction == nullptr || is_spared(directory, *restriction, after)) return std::nullopt;
    const auto id = text(after, "appId");
    const auto& old = before == nullptr ? json::array() : list(*before, "identifierUris");
    for (const auto& uri : list(after, "identifierUris")) {
        const auto value = uri.get<std::string>();
        const bool is_default =
            same_text(value, "api://" + id) || same_text(value, "api://" + directory.tenant_id() + "/" + id);
        if (is_default || std::find(old.begin(), old.end(), uri) != old.end()) continue;
        return GraphError{status,
                          "HostNameNotOnVerifiedDomain",
                          fmt::format("Failed to add identifier URI {}. All newly added URIs must be of a default "
                                      "format as per assigned policy '{}'.",
                                      value, policy.policy),
                          {}};
    }
    return std::nullopt;
}

std::optional<GraphError> check_audience(const InForce& policy, int status, const json& after, const json* before) {
    const auto audience = text(after, "signInAudience");
    if (before != nullptr && text(*before, "signInAudience") == audience) return std::nullopt;
    const bool personal = audience == "PersonalMicrosoftAccount",
               both = audience == "AzureADandPersonalMicrosoftAccount";
    const auto forbids = [&](const char* name) {
        return member_restriction(policy.restrictions, "audiences", name, after) != nullptr;
    };
    const bool forbidden = ((both || audience == "AzureADMultipleOrgs") && forbids("azureAdMultipleOrgs")) ||
                           ((both || personal) && forbids("personalMicrosoftAccount"));
    if (!forbidden) return std::nullopt;
    return GraphError{status,
                      "SignInAudienceNotAllowedAsPerAppPolicy",
                      fmt::format("Sign-in audience not allowed as per assigned policy '{}'.", policy.policy),
                      {}};
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
            const auto* principal = directory_.service_principals.find(id.get<std::string>(), directory_.now());
            if (application == nullptr && principal == nullptr) continue;
            answer["value"].push_back({{"@odata.type", application != nullptr ? "#microsoft.graph.application"
                                                                              : "#microsoft.graph.servicePrincipal"},
                                       {"id", id},
                                       {"appId", text(application != nullptr ? *application : *principal, "appId")}});
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
    const auto policy = in_force(directory, holder);
    for (const auto& restriction : list(policy.restrictions, "passwordCredentials")) {
        if (!applies(restriction, holder)) continue;
        const auto type = text(restriction, "restrictionType");
        if (type == "passwordAddition") return type_not_allowed(policy.policy, status);
        if (type == "passwordLifetime" && exceeds(restriction, start, end)) return life_too_long(policy.policy, status);
    }
    return std::nullopt;
}

std::optional<GraphError> check_key_policy(const Directory& directory, const GraphSwitches& switches, const json& after,
                                           const json* before) {
    const auto status = switches.policy_refusal_status;
    const auto policy = in_force(directory, after);
    const auto& old = before == nullptr ? json::array() : list(*before, "keyCredentials");
    const auto is_old = [&](const json& key) {
        return std::any_of(old.begin(), old.end(), [&](const json& other) {
            return same_text(text(other, "keyId"), text(key, "keyId")) && text(other, "key") == text(key, "key");
        });
    };
    for (const auto& key : list(after, "keyCredentials")) {
        const auto start = parse_time(text(key, "startDateTime")), end = parse_time(text(key, "endDateTime"));
        if (!start || !end || is_old(key)) continue;
        for (const auto& restriction : list(policy.restrictions, "keyCredentials")) {
            if (!applies(restriction, after)) continue;
            const auto type = text(restriction, "restrictionType");
            if (type == "asymmetricKeyLifetime" && exceeds(restriction, *start, *end))
                return life_too_long(policy.policy, status);
            // Of which authorities it is nobody can say here; of none it is for sure.
            if (type == "trustedCertificateAuthority" && is_self_issued(key))
                return type_not_allowed(policy.policy, status);
        }
    }
    return std::nullopt;
}

std::optional<GraphError> check_application_policy(const Directory& directory, const GraphSwitches& switches,
                                                   const json& after, const json* before) {
    const auto policy = in_force(directory, after);
    if (auto wrong = check_uris(directory, policy, switches.policy_refusal_status, after, before)) return wrong;
    return check_audience(policy, switches.policy_refusal_status, after, before);
}

}  // namespace regent::simulator
