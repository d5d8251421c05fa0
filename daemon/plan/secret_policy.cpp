#include "plan/secret_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using Restriction = model::CredentialPolicy::Restriction;

const model::CredentialPolicy& policy_for(const model::CredentialPolicies& policies, const Item& item) {
    if (item.observed != nullptr) {
        for (const auto& [object_id, policy] : policies.linked)
            if (object_id == item.observed->id) return policy;
    }
    return policies.tenant;
}

/// A rule for applications made after a day: one that is made now falls under it; of one that is there its day is
/// asked.
bool applies(const Restriction& restriction, const Item& item) {
    if (!restriction.for_apps_created_after) return true;
    if (item.observed == nullptr || !item.observed->created_at) return true;
    return *item.observed->created_at > *restriction.for_apps_created_after;
}

std::string days_of(std::chrono::seconds duration) {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(duration).count();
    return hours % 24 == 0 ? fmt::format("{} days", hours / 24) : fmt::format("{} hours", hours);
}

}  // namespace

std::vector<std::string> policy_objections(const model::CredentialPolicies& policies, const Item& item,
                                           const std::string& secret, std::chrono::seconds life) {
    std::vector<std::string> objections;
    if (!policies.known) return objections;
    const auto& policy = policy_for(policies, item);
    if (!policy.enabled) return objections;
    for (const auto& restriction : policy.restrictions) {
        if (!applies(restriction, item)) continue;
        if (restriction.type == "passwordAddition")
            objections.push_back(
                fmt::format("the tenant's policy \"{}\" allows no client secrets (passwordAddition): "
                            "\"{}\" will be refused",
                            policy.name, secret));
        if (restriction.type == "passwordLifetime" && restriction.longest_life && life > *restriction.longest_life)
            objections.push_back(
                fmt::format("the tenant's policy \"{}\" allows client secrets for {} (passwordLifetime): "
                            "\"{}\" with `validFor` of {} will be refused",
                            policy.name, days_of(*restriction.longest_life), secret, days_of(life)));
    }
    return objections;
}

}  // namespace regent::plan
