#include "plan/not_seen_yet.hpp"
#include "plan/secret_work.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Address;
using model::ObservedSecret;

/// How often a secret is issued anew for a consumer that fails, while those who were served by an earlier try may still
/// use what they were given then. Each try leaves one secret more behind.
constexpr std::ptrdiff_t tries_beside_each_other = 4;
constexpr auto time_between_tries = std::chrono::hours(1);

std::optional<Reason> connector_needs(const SecretWork& work, const Address& address, const SecretConsumer& consumer,
                                      const ObservedSecret* current, const NamedSecret& named) {
    const auto& item = work.items.at(address);
    if (item.standing != Standing::there || !consumer.may_hold) return Reason::secret_needed;
    if (current == nullptr || consumer.key_id != current->key_id) return Reason::secret_not_delivered;
    if (named.is_due(*current, work.now)) return Reason::secret_expiring;
    const auto& policy = work.desired.environment.policy;
    if (consumer.in_doubt && policy.connector_saved_by_others == model::Policy::SavedByOthers::reissue)
        return Reason::secret_in_doubt;
    // An OAuth block that is sent without its secret may lose the stored one, and nobody could tell.
    if (work.updated.sign_in.contains(address)) return Reason::secret_needed;
    if (policy.connector_secret_on_update == model::Policy::SecretOnUpdate::reissue &&
        work.updated.any.contains(address))
        return Reason::secret_needed;
    return std::nullopt;
}

std::optional<Reason> target_needs(const SecretWork& work, const SecretConsumer& consumer,
                                   const ObservedSecret* current, const NamedSecret& named) {
    if (!consumer.may_hold) return Reason::secret_needed;
    if (current == nullptr || consumer.key_id != current->key_id) return Reason::secret_not_delivered;
    if (named.is_due(*current, work.now)) return Reason::secret_expiring;
    return std::nullopt;
}

/// A target that cannot be looked at would be left behind with the old secret. So a new one is issued only for a
/// connector that cannot be written without.
std::optional<Reason> reason_of_connectors(const SecretWork& work, const NamedSecret& named) {
    const auto* current = named.newest_of_written();
    for (const auto& consumer : named.consumers) {
        if (!consumer.written || !consumer.connector) continue;
        if (named.valid.empty()) return Reason::secret_missing;
        if (connector_needs(work, *consumer.connector, consumer, current, named) == Reason::secret_needed)
            return Reason::secret_needed;
    }
    return std::nullopt;
}

/// How many of those that were handed on came before it was time for it.
std::ptrdiff_t tries(const NamedSecret& named, const ObservedSecret& current) {
    const auto all = named.handed_on(current);
    std::ptrdiff_t early = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
        if (all[i - 1]->ends_at - all[i]->starts_at > seconds_of(*named.element, "rotateBeforeSeconds")) ++early;
    return early;
}

/// Whether the manifest says other places now than when one was issued last, as far as that is remembered: those who
/// are to have it now have not been tried, and those who had it before are not looked at any more.
bool goes_to_others_now(const SecretWork& work, const Address& application, const NamedSecret& named) {
    const auto applied = work.history.last_applied.find(application);
    if (applied == work.history.last_applied.end()) return false;
    const auto secrets = applied->second.find(model::path::client_secrets);
    const auto* issued = secrets == applied->second.end() ? nullptr : secrets->second.find(named.element->name);
    if (issued == nullptr) return false;
    const auto *then = issued->find("deliverTo"), *now = named.element->value.find("deliverTo");
    return then == nullptr || now == nullptr ? then != now : *then != *now;
}

/// As waits() where nobody has any of them: those that are there stay until somebody was given a new one, and so one
/// more is tried by the hour only.
bool waits_for_a_place(const SecretWork& work, const Address& application, const NamedSecret& named, SecretPlan& plan) {
    const auto count = static_cast<std::ptrdiff_t>(named.valid.size());
    if (!named.is_held_elsewhere() || count < tries_beside_each_other) return false;
    const auto next = named.valid.front().starts_at + time_between_tries;
    const bool is_for_connector = std::any_of(named.consumers.begin(), named.consumers.end(),
                                              [](const auto& consumer) { return consumer.connector.has_value(); });
    if (work.now >= next || is_for_connector || goes_to_others_now(work, application, named)) return false;
    plan.left_alone.push_back(
        {Withheld::Why::secret_waits,
         fmt::format("the secret \"{}\" is there {} times, and nobody who is to have it has one of them: one more is "
                     "issued after {:%Y-%m-%d %H:%M} UTC",
                     named.element->name, count, fmt::gmtime(std::chrono::system_clock::to_time_t(next))),
         fmt::format("mend what refuses it, then `regent rotate {} {}`, which does not wait", application.name,
                     named.element->name)});
    return true;
}

/// A connector that has to be written with a secret, whichever one it has: the value of that is nowhere.
bool has_connector_in_need(const SecretWork& work, const NamedSecret& named) {
    return std::any_of(named.consumers.begin(), named.consumers.end(), [&](const auto& consumer) {
        ObservedSecret its_own;
        its_own.key_id = consumer.key_id;
        its_own.ends_at = std::chrono::system_clock::time_point::max();
        return consumer.connector && needs(work, consumer, &its_own, named) == Reason::secret_needed;
    });
}

/// As waits() of one that somebody has and the application does not show. Of an application that is made anew nothing
/// can be shown.
bool waits_to_be_seen(const SecretWork& work, const Address& application, const NamedSecret& named, SecretPlan& plan) {
    if (work.items.at(application).standing != Standing::there) return false;
    for (const auto& consumer : named.consumers) {
        if (consumer.key_id.empty() || named.knows(consumer.key_id)) continue;
        const auto issued = made_lately(issued_secret(consumer.key_id), work.history, work.now, work.replication_grace);
        if (!issued || has_connector_in_need(work, named)) continue;
        plan.left_alone.push_back(
            {Withheld::Why::not_seen_yet,
             fmt::format(
                 "the secret \"{}\" ({}) was issued at {}, and Entra does not show it: its answers may be older "
                 "than that, and everybody who has it would be given another one",
                 named.element->name, consumer.key_id, clock_text(*issued)),
             fmt::format("the next run looks again. Did somebody take it away, another one is issued from {} on",
                         clock_text(*issued + work.replication_grace))});
        return true;
    }
    return false;
}

}  // namespace

std::optional<Reason> needs(const SecretWork& work, const SecretConsumer& consumer, const ObservedSecret* current,
                            const NamedSecret& named) {
    if (!consumer.written) return std::nullopt;
    return consumer.connector ? connector_needs(work, *consumer.connector, consumer, current, named)
                              : target_needs(work, consumer, current, named);
}

std::optional<Reason> reason_to_issue(const SecretWork& work, const NamedSecret& named,
                                      const RotationRequest* rotation) {
    if (!named.has_written()) return std::nullopt;
    if (named.has_unknown()) return reason_of_connectors(work, named);
    if (named.valid.empty()) return Reason::secret_missing;
    const auto* current = named.newest_of_written();
    for (const auto& consumer : named.consumers) {
        if (const auto reason = needs(work, consumer, current, named)) return reason;
    }
    return rotation == nullptr ? std::nullopt : std::optional(Reason::secret_rotation);
}

bool waits(const SecretWork& work, const Address& application, const NamedSecret& named, SecretPlan& plan) {
    if (waits_to_be_seen(work, application, named, plan)) return true;
    const auto* current = named.newest_of_written();
    if (current == nullptr) return waits_for_a_place(work, application, named, plan);
    if (work.now >= named.end_of_overlap(*current)) return false;
    std::string without;
    for (const auto& consumer : named.consumers) {
        const auto reason = needs(work, consumer, current, named);
        if (!reason) continue;
        const bool cannot_wait = consumer.connector && *reason == Reason::secret_needed;
        if (cannot_wait || *reason == Reason::secret_expiring) return false;
        without += (without.empty() ? "" : ", ") +
                   (consumer.connector ? to_string(*consumer.connector) : model::delivery_words(*consumer.target));
    }
    if (tries(named, *current) < tries_beside_each_other) return false;
    plan.left_alone.push_back(
        {Withheld::Why::secret_waits,
         fmt::format("the secret \"{}\" has been issued anew {} times in a row, and {} still has not taken it: the "
                     "others keep what they have until {:%Y-%m-%d %H:%M} UTC, when their time beside each other "
                     "is over",
                     named.element->name, tries_beside_each_other, without,
                     fmt::gmtime(std::chrono::system_clock::to_time_t(named.end_of_overlap(*current)))),
         fmt::format("mend what refuses it, then `regent rotate {} {}`, which does not wait", application.name,
                     named.element->name)});
    return true;
}

}  // namespace regent::plan
