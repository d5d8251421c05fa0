#include "model/principal_secrets.hpp"
#include "plan/secret_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace regent::plan {
namespace {

using model::ObservedSecret;
using Time = std::chrono::system_clock::time_point;

/// When the end of a credential that nobody renews is worth a warning.
constexpr auto near_end = std::chrono::hours(24 * 30);

bool goes(const ObservedSecret& secret, const SecretPlan& plan) {
    return std::any_of(plan.drops.begin(), plan.drops.end(),
                       [&](const auto& drop) { return drop.secret.key_id == secret.key_id; });
}

void tell_times(const NamedSecret& named, const ObservedSecret& secret, const SecretPlan& plan, CredentialFact& fact) {
    const auto* current = named.newest_named();
    if (current == nullptr || goes(secret, plan)) return;
    if (current->key_id == secret.key_id) {
        fact.renewed_at = secret.ends_at - seconds_of(*named.element, "rotateBeforeSeconds");
    } else if (may_precede(secret, *current)) {
        fact.leaves_at = named.end_of_overlap(*current);
    }
}

/// A secret lives as long as it was issued for, whatever the manifest says since.
void tell_other_life(const model::Element& element, const ObservedSecret& secret, Time renewed_at, SecretPlan& plan) {
    constexpr auto day = std::chrono::hours(24);
    const auto issued_for = secret.ends_at - secret.starts_at,
               declared = Time::duration(seconds_of(element, "validForSeconds"));
    const bool is_known = secret.starts_at != Time{} && !secret.name.empty();
    const bool is_renewed_now = std::any_of(plan.issues.begin(), plan.issues.end(),
                                            [&](const auto& issue) { return issue.name == secret.name; });
    if (!is_known || is_renewed_now || std::chrono::abs(issued_for - declared) < day) return;
    plan.warnings.push_back(
        fmt::format("the secret {} was issued for {} days: `validFor` of {} days holds from its next "
                    "rotation on, {}",
                    shown(secret), issued_for / day, declared / day, day_of(renewed_at)));
}

void state_those_of_principal(const SecretWork& work, const model::ObservedResource& observed, SecretPlan& plan) {
    for (const auto& secret : model::principal_secrets_of(observed)) {
        CredentialFact fact;
        fact.name = secret.display_name + " (of the service principal)";
        fact.key_id = secret.key_id;
        fact.ends_at = secret.ends_at;
        plan.credentials.push_back(std::move(fact));
        plan.undeclared_of_principal.push_back(fmt::format("{}, ends {}", shown(secret), day_of(secret.ends_at)));
        if (secret.ends_at - work.now > near_end) continue;
        plan.warnings.push_back(fmt::format("the secret {} of the service principal {} on {}, and nothing renews it",
                                            shown(secret), secret.ends_at <= work.now ? "ended" : "ends",
                                            day_of(secret.ends_at)));
    }
}

/// Whether a newer one of its name is there: it has been renewed, and stays beside that one for a while.
bool is_renewed(const NamedSecret& named, const ObservedSecret& secret) {
    return std::any_of(named.valid.begin(), named.valid.end(),
                       [&](const auto& other) { return is_newer(other, secret); });
}

/// Who renews it is asked, not whose it is: a secret that somebody made by hand ends just the same.
void warn_of_end(const SecretWork& work, const ObservedSecret& secret, const CredentialFact& fact, SecretPlan& plan) {
    if (secret.ends_at - work.now > near_end || fact.renewed_at || fact.leaves_at || goes(secret, plan)) return;
    const bool renewed_now = std::any_of(plan.issues.begin(), plan.issues.end(),
                                         [&](const auto& issue) { return issue.name == secret.name; });
    if (renewed_now) return;
    plan.warnings.push_back(fmt::format("the secret {} {} on {}, and nothing renews it", shown(secret),
                                        secret.ends_at <= work.now ? "ended" : "ends", day_of(secret.ends_at)));
}

}  // namespace

void state_facts(const SecretWork& work, const Item& item, SecretPlan& plan) {
    if (item.observed == nullptr) return;
    for (const auto& secret : item.observed->secrets) {
        CredentialFact fact;
        fact.name = secret.name.empty() ? secret.display_name : secret.name;
        fact.key_id = secret.key_id;
        fact.ends_at = secret.ends_at;
        const auto named = work.named.find({item.desired->address, secret.name});
        fact.declared = named != work.named.end();
        if (fact.declared) tell_times(named->second, secret, plan, fact);
        if (fact.renewed_at) tell_other_life(*named->second.element, secret, *fact.renewed_at, plan);
        if (!fact.declared || !is_renewed(named->second, secret)) warn_of_end(work, secret, fact, plan);
        plan.credentials.push_back(std::move(fact));
    }
    state_those_of_principal(work, *item.observed, plan);
    std::sort(plan.credentials.begin(), plan.credentials.end(), [](const auto& a, const auto& b) {
        return std::tie(a.ends_at, a.key_id) < std::tie(b.ends_at, b.key_id);
    });
}

}  // namespace regent::plan
