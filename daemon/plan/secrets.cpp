#include "plan/secrets.hpp"

#include "model/principal_secrets.hpp"
#include "plan/audience.hpp"
#include "plan/diff.hpp"
#include "plan/own_sign_in.hpp"
#include "plan/removals.hpp"
#include "plan/secret_consumers.hpp"
#include "plan/secret_policy.hpp"
#include "plan/steps.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Address;
using model::ObservedSecret;
using std::chrono::seconds;
using Time = std::chrono::system_clock::time_point;

/// How often a secret is issued anew for a consumer that fails, while those who were served by an earlier try may still
/// use what they were given then. Each try leaves one secret more behind.
constexpr std::ptrdiff_t tries_beside_each_other = 4;
constexpr auto time_between_tries = std::chrono::hours(1);

/// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
constexpr std::size_t most_beside_personal_accounts = 2;

bool is_newer(const ObservedSecret& a, const ObservedSecret& b) {
    return std::tie(a.starts_at, a.key_id) > std::tie(b.starts_at, b.key_id);
}

std::string shown(const ObservedSecret& secret) {
    return fmt::format("\"{}\" ({})", secret.name.empty() ? secret.display_name : secret.name, secret.key_id);
}

std::string day_of(Time time) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

/// When the end of a credential that nobody renews is worth a warning.
constexpr auto near_end = std::chrono::hours(24 * 30);

/// One secret of a manifest beside what the tenant holds under its name.
struct NamedSecret {
    const model::Element* element = nullptr;
    std::vector<SecretConsumer> consumers;
    std::vector<ObservedSecret> valid;  ///< newest first
    std::set<std::string> others;       ///< keys of the application's other secrets that are valid

    [[nodiscard]] bool knows(const std::string& key_id) const {
        return std::any_of(valid.begin(), valid.end(), [&](const auto& s) { return s.key_id == key_id; });
    }
    /// The newest that a consumer names: whoever names another one missed it, and its value is nowhere.
    template <typename Which>
    [[nodiscard]] const ObservedSecret* newest_named(const Which& counts) const {
        for (const auto& secret : valid) {
            for (const auto& consumer : consumers) {
                if (counts(consumer) && consumer.key_id == secret.key_id) return &secret;
            }
        }
        return nullptr;
    }
    /// The oldest first; what is newer than the newest that anybody names reached nobody.
    [[nodiscard]] std::vector<const ObservedSecret*> handed_on(const ObservedSecret& newest) const {
        std::vector<const ObservedSecret*> found;
        for (const auto& secret : valid)
            if (!is_newer(secret, newest)) found.insert(found.begin(), &secret);
        return found;
    }
    [[nodiscard]] bool held_by_any(const std::string& key_id) const {
        return may_be_elsewhere(key_id) ||
               std::any_of(consumers.begin(), consumers.end(), [&](const auto& c) { return may_hold(c, key_id); });
    }
    [[nodiscard]] bool named_by_any(const std::string& key_id) const {
        return std::any_of(consumers.begin(), consumers.end(), [&](const auto& c) { return c.key_id == key_id; });
    }
    [[nodiscard]] bool has_unknown() const {
        return std::any_of(consumers.begin(), consumers.end(), [](const auto& c) { return c.unknown; });
    }
    [[nodiscard]] bool has_written() const {
        return std::any_of(consumers.begin(), consumers.end(), [](const auto& c) { return c.written; });
    }
    /// Whether a consumer may hold `key_id`: it names it, or it holds something and names nothing that is there.
    [[nodiscard]] bool may_hold(const SecretConsumer& consumer, const std::string& key_id) const {
        return consumer.key_id == key_id || (consumer.may_hold && !knows(consumer.key_id) && !holds_another(consumer));
    }
    [[nodiscard]] bool holds_another(const SecretConsumer& consumer) const {
        return !consumer.in_doubt && others.contains(consumer.key_id);
    }
    /// Nobody who is to have it names one that is there: it was handed to a place that the manifest does not say any
    /// more, or that has lost it. Who reads it from there, nobody can tell.
    [[nodiscard]] bool is_held_elsewhere() const {
        return !valid.empty() && newest_named([](const auto&) { return true; }) == nullptr &&
               !std::all_of(consumers.begin(), consumers.end(), [&](const auto& c) { return holds_another(c); });
    }
    /// Whether that may be this one. Where no old ones stay beside new ones, what is newer than the oldest is what was
    /// issued in vain since.
    [[nodiscard]] bool may_be_elsewhere(const std::string& key_id) const {
        return is_held_elsewhere() && (keeps_old_for_places() || valid.back().key_id == key_id);
    }
    /// A connector says which one it holds, a place that is not looked at any more does not.
    [[nodiscard]] bool keeps_old_for_places() const {
        const bool keeps_old = seconds_of(*element, "keepOldSeconds") > seconds(0) ||
                               std::any_of(valid.begin(), valid.end(), [](const auto& s) { return s.keeps_old; });
        return keeps_old && std::any_of(consumers.begin(), consumers.end(), [](const auto& c) { return c.target; });
    }
};

class Planner {
public:
    Planner(const DesiredGraph& desired, const Items& items, const UpdatedConnectors& updated,
            const model::Snapshot& observed, const History& history, Time now,
            const std::vector<RotationRequest>& rotations)
        : desired_(desired),
          items_(items),
          updated_(updated),
          observed_(observed),
          history_(history),
          now_(now),
          rotations_(rotations) {}

    Secrets run() {
        for (const auto& [address, item] : items_) {
            if (const auto wanted = wanted_secret(*item.desired)) connectors_[*wanted].push_back(address);
        }
        // Who is given what comes first, for all: a secret of one application may be in use by a connector that this
        // plan gives one of another.
        for (const auto& [address, item] : items_) {
            if (!holds_secrets(address, item)) continue;
            auto& plan = result_.applications[address];
            for (const auto* element : elements(item)) {
                auto& named = named_[{address, element->name}];
                named = named_secret(address, item, *element);
                plan_delivery(address, item, named, plan);
            }
        }
        for (const auto& [address, item] : items_) {
            if (!holds_secrets(address, item)) continue;
            auto& plan = result_.applications[address];
            plan_drops(address, item, plan);
            state_facts(address, item, plan);
        }
        return std::move(result_);
    }

private:
    const model::DesiredAttribute* declared(const Item& item) const {
        const auto it = item.desired->attributes.find(model::path::client_secrets);
        return it == item.desired->attributes.end() ? nullptr : &it->second;
    }

    static bool holds_secrets(const Address& address, const Item& item) {
        return address.kind == model::kind::application && (item.observed != nullptr || item.is_written());
    }

    std::vector<const model::Element*> elements(const Item& item) const {
        std::vector<const model::Element*> found;
        const auto* attribute = declared(item);
        if (attribute == nullptr) return found;
        for (const auto& element : attribute->elements) found.push_back(&element);
        return found;
    }

    NamedSecret named_secret(const Address& address, const Item& item, const model::Element& element) {
        NamedSecret named;
        named.element = &element;
        for (const auto& connector : connectors_[{address, element.name}])
            named.consumers.push_back(connector_as_consumer(connector, items_.at(connector)));
        for (auto& target : targets_as_consumers(item, element, deliveries_of(address)))
            named.consumers.push_back(std::move(target));
        if (item.observed == nullptr) return named;
        for (const auto& secret : item.observed->secrets) {
            if (secret.ends_at <= now_) continue;
            if (secret.name == element.name) {
                named.valid.push_back(secret);
            } else {
                named.others.insert(secret.key_id);
            }
        }
        std::sort(named.valid.begin(), named.valid.end(), is_newer);
        return named;
    }

    const std::vector<model::ObservedDelivery>& deliveries_of(const Address& address) const {
        static const std::vector<model::ObservedDelivery> none;
        const auto it = observed_.deliveries.find(address);
        return it == observed_.deliveries.end() ? none : it->second;
    }

    const RotationRequest* rotation_of(const Address& address, const std::string& name) const {
        const auto it = std::find_if(rotations_.begin(), rotations_.end(), [&](const auto& request) {
            return request.application == address && request.secret == name;
        });
        return it == rotations_.end() ? nullptr : &*it;
    }

    // ---- who is given a new one

    void plan_delivery(const Address& address, const Item& item, const NamedSecret& named, SecretPlan& plan) {
        const auto& name = named.element->name;
        for (const auto& consumer : named.consumers) {
            if (consumer.connector) result_.connectors[*consumer.connector] = {false, consumer.key_id};
            if (consumer.unknown)
                plan.left_alone.push_back({false,
                                           fmt::format("the secret \"{}\" is left alone here: {}: {}", name,
                                                       model::delivery_words(*consumer.target), consumer.note),
                                           "what a machine may deliver says `spec.delivery` of its own configuration, "
                                           "see `regent explain Daemon`"});
        }
        if (named.has_written()) {
            for (auto& text : policy_objections(observed_.credential_policies, item, name,
                                                seconds_of(*named.element, "validForSeconds")))
                plan.warnings.push_back(std::move(text));
        }
        const auto* rotation = rotation_of(address, name);
        auto reason = item.is_written() ? reason_to_issue(named, rotation) : std::nullopt;
        if (reason && rotation == nullptr && waits(address, named, plan)) reason.reset();
        std::set<std::string> after_old_of;
        if (reason && is_without_room(item, named, plan, after_old_of)) reason.reset();
        if (!reason) {
            if (named.valid.empty() && named.consumers.empty() && item.is_written())
                plan.warnings.push_back(fmt::format("the secret \"{}\" is not issued: nothing would receive it", name));
            plan.unchanged += named.valid.empty() ? 0 : 1;
            return;
        }
        if (!observed_.credential_policies.known && !observed_.credential_policies.why_unknown.empty())
            plan.warnings.push_back(
                fmt::format("whether the tenant's policies allow the secret \"{}\" is not known: {}", name,
                            observed_.credential_policies.why_unknown));
        SecretPlan::Issue issue{name, named.element, *reason, {}, {}, {}, std::move(after_old_of)};
        if (rotation != nullptr) issue.keep_old = rotation->keep_old;
        for (const auto& consumer : named.consumers) {
            if (!consumer.written) continue;
            if (consumer.connector) {
                issue.consumers.push_back(*consumer.connector);
                result_.connectors[*consumer.connector] = {true, {}};
            } else {
                issue.targets.push_back(consumer.target);
            }
        }
        plan.issues.push_back(std::move(issue));
    }

    std::optional<Reason> reason_to_issue(const NamedSecret& named, const RotationRequest* rotation) const {
        if (!named.has_written()) return std::nullopt;
        if (named.has_unknown()) return reason_of_connectors(named);
        if (named.valid.empty()) return Reason::secret_missing;
        const auto* current = named.newest_named([](const auto& consumer) { return consumer.written; });
        for (const auto& consumer : named.consumers) {
            if (const auto reason = needs(consumer, current, *named.element)) return reason;
        }
        return rotation == nullptr ? std::nullopt : std::optional(Reason::secret_rotation);
    }

    std::optional<Reason> needs(const SecretConsumer& consumer, const ObservedSecret* current,
                                const model::Element& element) const {
        if (!consumer.written) return std::nullopt;
        return consumer.connector ? connector_needs(*consumer.connector, consumer, current, element)
                                  : target_needs(consumer, current, element);
    }

    /// A consumer that fails again and again is no reason to give the others a new secret each time, and to pile up
    /// those that they may still use. After a few tries they are left in peace until those are gone. Neither the end of
    /// a secret nor a connector that is to be made waits, nor does a person who asks.
    bool waits(const Address& application, const NamedSecret& named, SecretPlan& plan) const {
        const auto* current = named.newest_named([](const auto& consumer) { return consumer.written; });
        if (current == nullptr) return waits_for_a_place(application, named, plan);
        if (now_ >= end_of_overlap(*current, *named.element)) return false;
        std::string without;
        for (const auto& consumer : named.consumers) {
            const auto reason = needs(consumer, current, *named.element);
            if (!reason) continue;
            const bool cannot_wait = consumer.connector && *reason == Reason::secret_needed;
            if (cannot_wait || *reason == Reason::secret_expiring) return false;
            without += (without.empty() ? "" : ", ") +
                       (consumer.connector ? to_string(*consumer.connector) : model::delivery_words(*consumer.target));
        }
        if (tries(named, *current) < tries_beside_each_other) return false;
        plan.left_alone.push_back(
            {true,
             fmt::format("the secret \"{}\" has been issued anew {} times in a row, and {} still has not taken it: the "
                         "others keep what they have until {:%Y-%m-%d %H:%M} UTC, when their time beside each other "
                         "is over",
                         named.element->name, tries_beside_each_other, without,
                         fmt::gmtime(std::chrono::system_clock::to_time_t(end_of_overlap(*current, *named.element)))),
             fmt::format("mend what refuses it, then `regent rotate {} {}`, which does not wait", application.name,
                         named.element->name)});
        return true;
    }

    /// The same where nobody has any of them: those that are there stay until somebody was given a new one, and so one
    /// more is tried by the hour only.
    bool waits_for_a_place(const Address& application, const NamedSecret& named, SecretPlan& plan) const {
        const auto count = static_cast<std::ptrdiff_t>(named.valid.size());
        if (!named.is_held_elsewhere() || count < tries_beside_each_other) return false;
        const auto next = named.valid.front().starts_at + time_between_tries;
        const bool is_for_connector = std::any_of(named.consumers.begin(), named.consumers.end(),
                                                  [](const auto& consumer) { return consumer.connector.has_value(); });
        if (now_ >= next || is_for_connector) return false;
        plan.left_alone.push_back(
            {true,
             fmt::format("the secret \"{}\" has been issued {} times, and nobody has taken it: one more is issued "
                         "after {:%Y-%m-%d %H:%M} UTC",
                         named.element->name, count, fmt::gmtime(std::chrono::system_clock::to_time_t(next))),
             fmt::format("mend what refuses it, then `regent rotate {} {}`, which does not wait", application.name,
                         named.element->name)});
        return true;
    }

    /// Where personal accounts sign in, an application holds two secrets. A new one beside two that are in use is
    /// refused, again and again; and to take one away first is to lock out who has it.
    /// One that is issued before it in this plan, and that leaves its place when all have its successor, is waited for.
    bool is_without_room(const Item& item, const NamedSecret& named, SecretPlan& plan,
                         std::set<std::string>& after_old_of) const {
        if (!stays_for_personal_accounts(item)) return false;
        const auto* current = named.newest_named([](const auto& consumer) { return consumer.written; });
        for (const auto& consumer : named.consumers) {
            if (consumer.connector && needs(consumer, current, *named.element) == Reason::secret_needed) return false;
        }
        const auto& there = item.observed->secrets;
        const auto staying = std::count_if(there.begin(), there.end(), [&](const auto& secret) {
            const bool has_ended = secret.ends_at <= now_ && !secret.name.empty();
            const bool is_unused = secret.name == named.element->name && !named.held_by_any(secret.key_id);
            return !has_ended && !is_unused;
        });
        auto holds = static_cast<std::size_t>(staying) + plan.issues.size();
        if (holds < most_beside_personal_accounts) return false;
        for (const auto& issue : plan.issues) {
            const auto goes = leave_with(item.desired->address, issue);
            if (goes > 0) after_old_of.insert(issue.name);
            holds -= std::min(goes, holds);
        }
        if (holds < most_beside_personal_accounts) return false;
        after_old_of.clear();
        plan.left_alone.push_back(
            {true,
             fmt::format(
                 "the secret \"{}\" is to be issued, and there is no room: an application for personal accounts "
                 "holds {}, and so many are there that somebody may use",
                 named.element->name, most_beside_personal_accounts),
             named.valid.empty() && !undeclared_of_ours(item).empty()
                 ? fmt::format("if it is {} under another name, call it that again. Else take \"{}\" out of the "
                               "manifest for one apply: then that one goes, and whoever has it cannot sign in until "
                               "\"{}\" was delivered",
                               undeclared_of_ours(item), named.element->name, named.element->name)
                 : "declare one secret for all who need one (`deliverTo` and `clientSecretRef` take as many as you "
                   "like), or take away what nobody uses: then there is always room to renew it. Else it is renewed "
                   "once it has ended, and nobody can sign in with it in between"});
        return true;
    }

    /// The names of secrets that regent issued and that no manifest declares any more.
    std::string undeclared_of_ours(const Item& item) const {
        std::string names;
        for (const auto& secret : item.observed->secrets) {
            if (secret.name.empty() || secret.ends_at <= now_ || is_declared(item, secret.name)) continue;
            names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", secret.name);
        }
        return names;
    }

    /// How many older ones go in the run that issues a new one; see drop_replaced().
    std::size_t leave_with(const Address& application, const SecretPlan::Issue& issue) const {
        const auto& named = named_.at({application, issue.name});
        const auto keep_old = issue.keep_old.value_or(seconds_of(*named.element, "keepOldSeconds"));
        if (named.has_unknown() || keep_old > seconds(0)) return 0;
        return static_cast<std::size_t>(std::count_if(named.valid.begin(), named.valid.end(), [&](const auto& secret) {
            return !still_used_by(secret.key_id).has_value();
        }));
    }

    bool is_declared(const Item& item, const std::string& name) const {
        const auto all = elements(item);
        return std::any_of(all.begin(), all.end(), [&](const auto* element) { return element->name == name; });
    }

    static bool stays_for_personal_accounts(const Item& item) {
        if (item.observed == nullptr || item.is_made_anew()) return false;
        const auto wanted = item.desired->attributes.find(model::path::sign_in_audience);
        const auto there = item.observed->attributes.find(model::path::sign_in_audience);
        return there != item.observed->attributes.end() && admits_personal_accounts(there->second) &&
               (wanted == item.desired->attributes.end() || wanted->second.initial ||
                admits_personal_accounts(wanted->second.value));
    }

    /// How many of those that were handed on came before it was time for it.
    static std::ptrdiff_t tries(const NamedSecret& named, const ObservedSecret& current) {
        const auto all = named.handed_on(current);
        std::ptrdiff_t early = 0;
        for (std::size_t i = 1; i < all.size(); ++i)
            if (all[i - 1]->ends_at - all[i]->starts_at > seconds_of(*named.element, "rotateBeforeSeconds")) ++early;
        return early;
    }

    /// A target that cannot be looked at would be left behind with the old secret. So a new one is issued only for a
    /// connector that cannot be written without.
    std::optional<Reason> reason_of_connectors(const NamedSecret& named) const {
        const auto* current = named.newest_named([](const auto& consumer) { return consumer.written; });
        for (const auto& consumer : named.consumers) {
            if (!consumer.written || !consumer.connector) continue;
            if (named.valid.empty()) return Reason::secret_missing;
            if (connector_needs(*consumer.connector, consumer, current, *named.element) == Reason::secret_needed)
                return Reason::secret_needed;
        }
        return std::nullopt;
    }

    std::optional<Reason> connector_needs(const Address& address, const SecretConsumer& consumer,
                                          const ObservedSecret* current, const model::Element& element) const {
        const auto& item = items_.at(address);
        if (item.standing != Standing::there || !consumer.may_hold) return Reason::secret_needed;
        if (current == nullptr || consumer.key_id != current->key_id) return Reason::secret_not_delivered;
        if (is_due(*current, element)) return Reason::secret_expiring;
        const auto& policy = desired_.environment.policy;
        if (consumer.in_doubt && policy.connector_saved_by_others == model::Policy::SavedByOthers::reissue)
            return Reason::secret_in_doubt;
        // An OAuth block that is sent without its secret may lose the stored one, and nobody could tell.
        if (updated_.sign_in.contains(address)) return Reason::secret_needed;
        if (policy.connector_secret_on_update == model::Policy::SecretOnUpdate::reissue &&
            updated_.any.contains(address))
            return Reason::secret_needed;
        return std::nullopt;
    }

    std::optional<Reason> target_needs(const SecretConsumer& consumer, const ObservedSecret* current,
                                       const model::Element& element) const {
        if (!consumer.may_hold) return Reason::secret_needed;
        if (current == nullptr || consumer.key_id != current->key_id) return Reason::secret_not_delivered;
        if (is_due(*current, element)) return Reason::secret_expiring;
        return std::nullopt;
    }

    bool is_due(const ObservedSecret& secret, const model::Element& element) const {
        return secret.ends_at - now_ <= seconds_of(element, "rotateBeforeSeconds");
    }

    // ---- what goes

    void plan_drops(const Address& address, const Item& item, SecretPlan& plan) {
        std::set<std::string> names;
        for (const auto* element : elements(item)) {
            names.insert(element->name);
            if (!item.is_written() || item.observed == nullptr) continue;
            const auto& named = named_.at({address, element->name});
            const auto issue = std::find_if(plan.issues.begin(), plan.issues.end(),
                                            [&](const auto& i) { return i.name == element->name; });
            drop_expired(address, item, named, plan);
            if (issue != plan.issues.end()) {
                drop_replaced(address, named, *issue, plan);
            } else {
                drop_unused(address, named, plan);
            }
        }
        drop_undeclared(item, names, plan);
    }

    void drop_expired(const Address& address, const Item& item, const NamedSecret& named, SecretPlan& plan) const {
        const auto& name = named.element->name;
        const bool served = std::any_of(named.consumers.begin(), named.consumers.end(),
                                        [](const auto& c) { return c.written || !c.key_id.empty(); });
        for (const auto& secret : item.observed->secrets) {
            if (secret.name == name && secret.ends_at <= now_ && served) drop(secret, &named, address, "expired", plan);
        }
    }

    /// Once the new one is issued: every older one goes after all who may hold it have the new one. With an overlap,
    /// those that were in use stay for a while, see drop_unused(): what somebody may hold, and what was handed on so
    /// short a time ago that its time beside its own successor is not over.
    void drop_replaced(const Address& address, const NamedSecret& named, const SecretPlan::Issue& issue,
                       SecretPlan& plan) const {
        if (named.has_unknown()) return;  // it may hold any of them
        const auto keep_old = issue.keep_old.value_or(seconds_of(*named.element, "keepOldSeconds"));
        const auto* current = named.newest_named([](const auto&) { return true; });
        const ObservedSecret* successor = nullptr;
        for (const auto& secret : named.valid) {
            const bool held = named.held_by_any(secret.key_id);
            const bool was_used = current != nullptr ? !is_newer(secret, *current) : held;
            if (keep_old > seconds(0) && was_used) {
                const bool fresh = successor == nullptr || now_ < end_of_overlap(*successor, *named.element);
                successor = &secret;
                if (held || fresh) continue;
            }
            drop(secret, &named, address, held ? "replaced" : "nothing uses it", plan);
        }
    }

    /// Nothing is issued: what no consumer names goes. An older one only when the time is over that the present one
    /// keeps it for, counted from the present one's beginning: it was handed on in the run that issued it, or never.
    void drop_unused(const Address& address, const NamedSecret& named, SecretPlan& plan) const {
        const auto* current = named.newest_named([](const auto&) { return true; });
        if (current == nullptr || named.has_unknown()) return;
        const auto leaves_at = end_of_overlap(*current, *named.element);
        for (const auto& secret : named.valid) {
            if (named.named_by_any(secret.key_id)) continue;
            const bool predecessor = may_precede(secret, *current) && leaves_at > current->starts_at;
            if (predecessor && now_ < leaves_at) continue;
            drop(secret, &named, address, predecessor ? "its time beside its successor is over" : "nothing uses it",
                 plan);
        }
    }

    /// Of two that began in one second the directory does not tell which came first: neither is taken early.
    static bool may_precede(const ObservedSecret& secret, const ObservedSecret& current) {
        return secret.starts_at <= current.starts_at;
    }

    static Time end_of_overlap(const ObservedSecret& current, const model::Element& element) {
        return current.starts_at + current.keeps_old.value_or(seconds_of(element, "keepOldSeconds"));
    }

    /// Drops `secret` after everyone who may have it now has another one, or is gone; unless somebody keeps it.
    void drop(const ObservedSecret& secret, const NamedSecret* named, const Address& application, std::string note,
              SecretPlan& plan) const {
        if (const auto user = still_used_by(secret.key_id)) {
            plan.warnings.push_back(
                fmt::format("the secret {} is kept: {} still signs in with it", shown(secret), to_string(*user)));
            return;
        }
        if (secret.ends_at > now_ && is_own_application(*items_.at(application).observed, observed_)) {
            plan.warnings.push_back(
                fmt::format("the secret {} is kept until it ends, {}: regent signs in as this "
                            "application, and may be doing it by that one",
                            shown(secret), day_of(secret.ends_at)));
            return;
        }
        SecretPlan::Drop drop{
            secret, written_users(secret.key_id), {}, {}, {}, std::move(note), secret.name.empty(), named != nullptr};
        if (named != nullptr) {
            for (const auto& consumer : named->consumers) {
                if (!named->may_be_elsewhere(secret.key_id) && !named->may_hold(consumer, secret.key_id)) continue;
                if (consumer.connector) {
                    drop.after.push_back(*consumer.connector);
                } else {
                    drop.after_deliveries.push_back(delivery_key(application, named->element->name, *consumer.target));
                }
            }
        }
        for (const auto& orphan : observed_.orphans) {
            if (marked_key(&orphan) == secret.key_id) drop.after_removals.push_back(removal_key(orphan));
        }
        const bool is_dead = secret.ends_at <= now_ && !secret.name.empty();
        if (stays_for_personal_accounts(items_.at(application)) &&
            (is_dead || (named != nullptr && !named->held_by_any(secret.key_id)))) {
            drop.makes_room = true;
            drop.after.clear();
            drop.after_deliveries.clear();
            drop.after_removals.clear();
        }
        plan.drops.push_back(std::move(drop));
    }

    /// A connector that goes on signing in with `key_id` after this plan.
    std::optional<Address> still_used_by(const std::string& key_id) const {
        for (const auto& [address, item] : items_) {
            if (address.kind == model::kind::connector && marked_key(item.observed) == key_id &&
                !parts_with(address, item))
                return address;
        }
        for (const auto& orphan : observed_.orphans) {
            if (marked_key(&orphan) == key_id && !is_removed(orphan, desired_, observed_, items_, history_))
                return orphan.address;
        }
        return std::nullopt;
    }

    /// Whether this plan gives a connector another secret than it has, or none.
    bool parts_with(const Address& address, const Item& item) const {
        if (!item.is_written()) return false;
        if (item.is_made_anew()) return true;
        const auto delivery = result_.connectors.find(address);
        return delivery == result_.connectors.end() || delivery->second.deliver;
    }

    std::vector<Address> written_users(const std::string& key_id) const {
        std::vector<Address> users;
        for (const auto& [address, item] : items_) {
            if (address.kind == model::kind::connector && marked_key(item.observed) == key_id) users.push_back(address);
        }
        return users;
    }

    /// What no manifest declares. A secret that regent issued goes with its manifest. One that somebody else made goes
    /// only on request: nobody could bring it back, and nobody can tell who signs in with it.
    void drop_undeclared(const Item& item, const std::set<std::string>& names, SecretPlan& plan) {
        if (item.observed == nullptr) return;
        const auto* attribute = declared(item);
        const bool none_wanted = attribute != nullptr && attribute->exclusive && attribute->elements.empty();
        const bool requested = none_wanted || item.desired->management.remove_undeclared_credentials;
        for (const auto& secret : item.observed->secrets) {
            if (names.contains(secret.name)) continue;
            const bool issued_here = !secret.name.empty();
            if ((!issued_here && !requested) || !item.is_written()) {
                plan.undeclared.push_back(fmt::format("{}, ends {}", shown(secret), day_of(secret.ends_at)));
                continue;
            }
            const auto* heir = issued_here && secret.ends_at > now_ ? not_issued_yet(item, plan) : nullptr;
            if (heir != nullptr) {
                plan.warnings.push_back(fmt::format(
                    "the secret {} is kept, though no manifest declares it: it may be \"{}\" under its former name, "
                    "and that one cannot be issued now",
                    shown(secret), heir->name));
                continue;
            }
            const auto dropped = plan.drops.size();
            drop(secret, nullptr, item.desired->address,
                 issued_here ? "no manifest declares it" : "not issued by regent", plan);
            if (plan.drops.size() == dropped) continue;
            if (!plan.drops.back().makes_room) after_all_deliveries(item.desired->address, plan, plan.drops.back());
            after_trust_in_connectors(item, plan.drops.back());
            // One that gets another name is replaced where it was delivered to.
            if (issued_here && plan.issues.empty() && !is_held_by_connector(secret.key_id))
                plan.warnings.push_back(
                    fmt::format("the secret {} goes, and what it was delivered to stays: a file or vault of "
                                "`deliverTo` holds a dead secret then, for somebody to remove",
                                shown(secret)));
        }
    }

    /// A secret of the manifest that is nowhere, and that this plan does not issue though it has who is to get it: one
    /// that got another name, perhaps, whose holders would have nothing.
    const model::Element* not_issued_yet(const Item& item, const SecretPlan& plan) const {
        for (const auto* element : elements(item)) {
            const auto& named = named_.at({item.desired->address, element->name});
            const bool is_issued = std::any_of(plan.issues.begin(), plan.issues.end(),
                                               [&](const auto& issue) { return issue.name == element->name; });
            if (!is_issued && named.valid.empty() && (named.has_written() || named.has_unknown())) return element;
        }
        return nullptr;
    }

    bool is_held_by_connector(const std::string& key_id) const {
        const auto holds = [&](const model::ObservedResource& resource) { return marked_key(&resource) == key_id; };
        return !written_users(key_id).empty() || std::any_of(observed_.orphans.begin(), observed_.orphans.end(), holds);
    }

    /// A connector that signed in with it may sign in by its identity from now on: until the application trusts that,
    /// nobody knows whether it ever will.
    static void after_trust_in_connectors(const Item& item, SecretPlan::Drop& drop) {
        if (drop.secret.name.empty()) return;
        const auto credentials = item.desired->attributes.find(model::path::federated_credentials);
        if (credentials == item.desired->attributes.end()) return;
        for (const auto& credential : credentials->second.elements) {
            const auto references = references_in(credential.value);
            if (std::none_of(references.begin(), references.end(),
                             [](const auto& reference) { return part_of(reference) == "identity"; }))
                continue;
            drop.after_trust.push_back(StepGraph::key(
                item.desired->address, fmt::format("{}/{}", model::path::federated_credentials, credential.name)));
        }
    }

    /// It may be one that got another name, and who is given the new one holds it until then.
    static void after_all_deliveries(const Address& application, const SecretPlan& plan, SecretPlan::Drop& drop) {
        for (const auto& issue : plan.issues) {
            drop.after.insert(drop.after.end(), issue.consumers.begin(), issue.consumers.end());
            for (const auto* target : issue.targets)
                drop.after_deliveries.push_back(delivery_key(application, issue.name, *target));
        }
    }

    // ---- what a reader should know of each

    void state_facts(const Address& address, const Item& item, SecretPlan& plan) const {
        if (item.observed == nullptr) return;
        for (const auto& secret : item.observed->secrets) {
            CredentialFact fact;
            fact.name = secret.name.empty() ? secret.display_name : secret.name;
            fact.key_id = secret.key_id;
            fact.ends_at = secret.ends_at;
            const auto named = named_.find({address, secret.name});
            fact.declared = named != named_.end();
            if (fact.declared) tell_times(named->second, secret, plan, fact);
            if (fact.renewed_at) tell_other_life(*named->second.element, secret, *fact.renewed_at, plan);
            warn_of_end(secret, fact, plan);
            plan.credentials.push_back(std::move(fact));
        }
        state_those_of_principal(*item.observed, plan);
        std::sort(plan.credentials.begin(), plan.credentials.end(), [](const auto& a, const auto& b) {
            return std::tie(a.ends_at, a.key_id) < std::tie(b.ends_at, b.key_id);
        });
    }

    /// A secret lives as long as it was issued for, whatever the manifest says since.
    static void tell_other_life(const model::Element& element, const ObservedSecret& secret, Time renewed_at,
                                SecretPlan& plan) {
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

    void state_those_of_principal(const model::ObservedResource& observed, SecretPlan& plan) const {
        for (const auto& secret : model::principal_secrets_of(observed)) {
            CredentialFact fact;
            fact.name = secret.display_name + " (of the service principal)";
            fact.key_id = secret.key_id;
            fact.ends_at = secret.ends_at;
            plan.credentials.push_back(std::move(fact));
            plan.undeclared_of_principal.push_back(fmt::format("{}, ends {}", shown(secret), day_of(secret.ends_at)));
            if (secret.ends_at - now_ > near_end) continue;
            plan.warnings.push_back(
                fmt::format("the secret {} of the service principal {} on {}, and nothing renews it", shown(secret),
                            secret.ends_at <= now_ ? "ended" : "ends", day_of(secret.ends_at)));
        }
    }

    /// Who renews it is asked, not whose it is: a secret that somebody made by hand ends just the same.
    void warn_of_end(const ObservedSecret& secret, const CredentialFact& fact, SecretPlan& plan) const {
        if (secret.ends_at - now_ > near_end || fact.renewed_at || fact.leaves_at || goes(secret, plan)) return;
        const bool renewed_now = std::any_of(plan.issues.begin(), plan.issues.end(),
                                             [&](const auto& issue) { return issue.name == secret.name; });
        if (renewed_now) return;
        plan.warnings.push_back(fmt::format("the secret {} {} on {}, and nothing renews it", shown(secret),
                                            secret.ends_at <= now_ ? "ended" : "ends", day_of(secret.ends_at)));
    }

    static bool goes(const ObservedSecret& secret, const SecretPlan& plan) {
        return std::any_of(plan.drops.begin(), plan.drops.end(),
                           [&](const auto& drop) { return drop.secret.key_id == secret.key_id; });
    }

    static void tell_times(const NamedSecret& named, const ObservedSecret& secret, const SecretPlan& plan,
                           CredentialFact& fact) {
        const auto* current = named.newest_named([](const auto&) { return true; });
        if (current == nullptr || goes(secret, plan)) return;
        if (current->key_id == secret.key_id) {
            fact.renewed_at = secret.ends_at - seconds_of(*named.element, "rotateBeforeSeconds");
        } else if (may_precede(secret, *current)) {
            fact.leaves_at = end_of_overlap(*current, *named.element);
        }
    }

    const DesiredGraph& desired_;
    const Items& items_;
    const UpdatedConnectors& updated_;
    const model::Snapshot& observed_;
    const History& history_;
    const Time now_;
    const std::vector<RotationRequest>& rotations_;
    std::map<std::pair<Address, std::string>, std::vector<Address>> connectors_;
    std::map<std::pair<Address, std::string>, NamedSecret> named_;
    Secrets result_;
};

}  // namespace

std::string delivery_key(const Address& application, const std::string& secret, const model::Value& target) {
    return StepGraph::key(application, std::string(model::path::secret_deliveries) + "/" + secret,
                          model::delivery_id(target));
}

std::string part_of_drop(const SecretPlan::Drop& drop) {
    return fmt::format("{}/{}", model::path::client_secrets,
                       drop.secret.name.empty() ? drop.secret.display_name : drop.secret.name);
}

std::string key_of_drop(const Address& application, const SecretPlan::Drop& drop) {
    return StepGraph::key(application, part_of_drop(drop), drop.secret.key_id);
}

std::chrono::seconds seconds_of(const model::Element& secret, std::string_view member) {
    const auto* value = secret.value.find(member);
    const auto* held = value == nullptr ? nullptr : value->as_integer();
    return seconds(held == nullptr ? 0 : *held);
}

Secrets plan_secrets(const DesiredGraph& desired, const Items& items, const UpdatedConnectors& updated,
                     const model::Snapshot& observed, const History& history, Time now,
                     const std::vector<RotationRequest>& rotations) {
    return Planner(desired, items, updated, observed, history, now, rotations).run();
}

}  // namespace regent::plan
