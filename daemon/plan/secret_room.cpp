#include "plan/audience.hpp"
#include "plan/secret_work.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Address;
using std::chrono::seconds;

/// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
constexpr std::size_t most_beside_personal_accounts = 2;

bool is_declared_secret(const Item& item, const std::string& name) {
    const auto all = elements_of_secrets(item);
    return std::any_of(all.begin(), all.end(), [&](const auto* element) { return element->name == name; });
}

/// The names of secrets that regent issued and that no manifest declares any more.
std::string undeclared_of_ours(const SecretWork& work, const Item& item) {
    std::string names;
    for (const auto& secret : item.observed->secrets) {
        if (secret.name.empty() || secret.ends_at <= work.now || is_declared_secret(item, secret.name)) continue;
        names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", secret.name);
    }
    return names;
}

/// How many older ones go in the run that issues a new one; see drop_replaced().
std::size_t leave_with(const SecretWork& work, const Address& application, const SecretPlan::Issue& issue) {
    const auto& named = work.named.at({application, issue.name});
    const auto keep_old = issue.keep_old.value_or(seconds_of(*named.element, "keepOldSeconds"));
    if (named.has_unknown() || keep_old > seconds(0)) return 0;
    return static_cast<std::size_t>(std::count_if(named.valid.begin(), named.valid.end(), [&](const auto& secret) {
        return !still_used_by(work, secret.key_id).has_value() &&
               places_with(work, application, secret, &named).empty();
    }));
}

}  // namespace

bool stays_for_personal_accounts(const Item& item) {
    if (item.observed == nullptr || item.is_made_anew()) return false;
    const auto wanted = item.desired->attributes.find(model::path::sign_in_audience);
    const auto there = item.observed->attributes.find(model::path::sign_in_audience);
    return there != item.observed->attributes.end() && admits_personal_accounts(there->second) &&
           (wanted == item.desired->attributes.end() || wanted->second.initial ||
            admits_personal_accounts(wanted->second.value));
}

bool is_without_room(const SecretWork& work, const Item& item, const NamedSecret& named, SecretPlan& plan,
                     std::set<std::string>& after_old_of) {
    if (!stays_for_personal_accounts(item)) return false;
    const auto* current = named.newest_of_written();
    for (const auto& consumer : named.consumers) {
        if (consumer.connector && needs(work, consumer, current, named) == Reason::secret_needed) return false;
    }
    const auto& there = item.observed->secrets;
    const auto staying = std::count_if(there.begin(), there.end(), [&](const auto& secret) {
        const bool has_ended = secret.ends_at <= work.now && !secret.name.empty();
        const bool is_unused = secret.name == named.element->name && !named.held_by_any(secret.key_id);
        return !has_ended && !is_unused;
    });
    auto holds = static_cast<std::size_t>(staying) + plan.issues.size();
    if (holds < most_beside_personal_accounts) return false;
    for (const auto& issue : plan.issues) {
        const auto goes = leave_with(work, item.desired->address, issue);
        if (goes > 0) after_old_of.insert(issue.name);
        holds -= std::min(goes, holds);
    }
    if (holds < most_beside_personal_accounts) return false;
    after_old_of.clear();
    plan.left_alone.push_back(
        {Withheld::Why::secret_waits,
         fmt::format("the secret \"{}\" is to be issued, and there is no room: an application for personal accounts "
                     "holds {}, and so many are there that somebody may use",
                     named.element->name, most_beside_personal_accounts),
         named.valid.empty() && !undeclared_of_ours(work, item).empty()
             ? fmt::format("if it is {} under another name, call it that again. Else take \"{}\" out of the "
                           "manifest for one apply: then that one goes, and whoever has it cannot sign in until "
                           "\"{}\" was delivered",
                           undeclared_of_ours(work, item), named.element->name, named.element->name)
             : "declare one secret for all who need one (`deliverTo` and `clientSecretRef` take as many as you "
               "like), or take away what nobody uses: then there is always room to renew it. Else it is renewed "
               "once it has ended, and nobody can sign in with it in between"});
    return true;
}

}  // namespace regent::plan
