#include "model/marks.hpp"
#include "plan/diff.hpp"
#include "plan/own_sign_in.hpp"
#include "plan/removals.hpp"
#include "plan/secret_work.hpp"
#include "plan/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Address;
using model::ObservedSecret;
using std::chrono::seconds;

/// A connector that signed in with it may sign in by its identity from now on: until the application trusts that,
/// nobody knows whether it ever will.
void after_trust_in_connectors(const Item& item, SecretPlan::Drop& drop) {
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
void after_all_deliveries(const Address& application, const SecretPlan& plan, SecretPlan::Drop& drop) {
    for (const auto& issue : plan.issues) {
        drop.after.insert(drop.after.end(), issue.consumers.begin(), issue.consumers.end());
        for (const auto* target : issue.targets)
            drop.after_deliveries.push_back(delivery_key(application, issue.name, *target));
    }
}

/// Drops `secret` after everyone who may have it now has another one, or is gone; unless somebody keeps it.
void drop(const SecretWork& work, const ObservedSecret& secret, const NamedSecret* named, const Item& application,
          std::string note, SecretPlan& plan) {
    if (const auto user = still_used_by(work, secret.key_id)) {
        plan.warnings.push_back(
            fmt::format("the secret {} is kept: {} still signs in with it", shown(secret), to_string(*user)));
        return;
    }
    const auto places = places_with(work, application.desired->address, secret, named);
    if (const auto place = place_that_keeps(places)) {
        plan.warnings.push_back(fmt::format("the secret {} is kept: {}", shown(secret), words_of(*place)));
        return;
    }
    if (secret.ends_at > work.now && is_own_application(*application.observed, work.observed)) {
        plan.warnings.push_back(
            fmt::format("the secret {} is kept until it ends, {}: regent signs in as this "
                        "application, and may be doing it by that one",
                        shown(secret), day_of(secret.ends_at)));
        return;
    }
    SecretPlan::Drop drop{
        secret, written_users(work, secret.key_id), {}, {}, {}, std::move(note), secret.name.empty(), named != nullptr};
    if (named != nullptr) {
        for (const auto& consumer : named->consumers) {
            if (!named->may_be_elsewhere(secret.key_id) && !named->may_hold(consumer, secret.key_id)) continue;
            if (consumer.connector) {
                drop.after.push_back(*consumer.connector);
            } else {
                drop.after_deliveries.push_back(
                    delivery_key(application.desired->address, named->element->name, *consumer.target));
            }
        }
    }
    for (const auto& place : places)
        drop.after_deliveries.push_back(
            delivery_key(place.application, place.named->element->name, *place.consumer->target));
    for (const auto& orphan : work.observed.orphans) {
        if (marked_key(&orphan) == secret.key_id) drop.after_removals.push_back(removal_key(orphan));
    }
    const bool is_dead = secret.ends_at <= work.now && !secret.name.empty();
    if (stays_for_personal_accounts(application) &&
        (is_dead || (named != nullptr && !named->held_by_any(secret.key_id) && places.empty()))) {
        drop.makes_room = true;
        drop.after.clear();
        drop.after_deliveries.clear();
        drop.after_removals.clear();
    }
    plan.drops.push_back(std::move(drop));
}

void drop_expired(const SecretWork& work, const Item& item, const NamedSecret& named, SecretPlan& plan) {
    const auto& name = named.element->name;
    const bool served = std::any_of(named.consumers.begin(), named.consumers.end(),
                                    [](const auto& c) { return c.written || !c.key_id.empty(); });
    for (const auto& secret : item.observed->secrets) {
        if (secret.name == name && secret.ends_at <= work.now && served)
            drop(work, secret, &named, item, "expired", plan);
    }
}

/// Once the new one is issued: every older one goes after all who may hold it have the new one. With an overlap,
/// those that were in use stay for a while, see drop_unused(): what somebody may hold, and what was handed on so
/// short a time ago that its time beside its own successor is not over.
void drop_replaced(const SecretWork& work, const Item& item, const NamedSecret& named, const SecretPlan::Issue& issue,
                   SecretPlan& plan) {
    if (named.has_unknown()) return;  // it may hold any of them
    const auto keep_old = issue.keep_old.value_or(seconds_of(*named.element, "keepOldSeconds"));
    const auto* current = named.newest_named();
    const ObservedSecret* successor = nullptr;
    for (const auto& secret : named.valid) {
        const bool held = named.held_by_any(secret.key_id);
        const bool was_used = current != nullptr ? !is_newer(secret, *current) : held;
        if (keep_old > seconds(0) && was_used) {
            const bool fresh = successor == nullptr || work.now < named.end_of_overlap(*successor);
            successor = &secret;
            if (held || fresh) continue;
        }
        drop(work, secret, &named, item, held ? "replaced" : "nothing uses it", plan);
    }
}

/// Nothing is issued: what no consumer names goes. An older one only when the time is over that the present one
/// keeps it for, counted from the present one's beginning: it was handed on in the run that issued it, or never.
void drop_unused(const SecretWork& work, const Item& item, const NamedSecret& named, SecretPlan& plan) {
    const auto* current = named.newest_named();
    if (current == nullptr || named.has_unknown()) return;
    const auto leaves_at = named.end_of_overlap(*current);
    for (const auto& secret : named.valid) {
        if (named.named_by_any(secret.key_id)) continue;
        const bool predecessor = may_precede(secret, *current) && leaves_at > current->starts_at;
        if (predecessor && work.now < leaves_at) continue;
        drop(work, secret, &named, item, predecessor ? "its time beside its successor is over" : "nothing uses it",
             plan);
    }
}

/// A secret of the manifest that is nowhere, and that this plan does not issue though it has who is to get it: one
/// that got another name, perhaps, whose holders would have nothing.
const model::Element* not_issued_yet(const SecretWork& work, const Item& item, const SecretPlan& plan) {
    for (const auto* element : elements_of_secrets(item)) {
        const auto& named = work.named.at({item.desired->address, element->name});
        const bool is_issued = std::any_of(plan.issues.begin(), plan.issues.end(),
                                           [&](const auto& issue) { return issue.name == element->name; });
        if (!is_issued && named.valid.empty() && (named.has_written() || named.has_unknown())) return element;
    }
    return nullptr;
}

/// By their names, secrets that regent issued for another repository look like ours: those that an application had when
/// it was taken over are marked.
bool was_issued_here(const Item& item, const ObservedSecret& secret) {
    if (secret.name.empty() || item.standing == Standing::unclaimed) return false;
    const auto marks = observed_marks(item.observed);
    return std::find(marks.begin(), marks.end(), std::string(model::mark::secret_of_others) + secret.key_id) ==
           marks.end();
}

/// What no manifest declares. A secret that regent issued goes with its manifest. One that somebody else made goes
/// only on request: nobody could bring it back, and nobody can tell who signs in with it.
void drop_undeclared(const SecretWork& work, const Item& item, const std::set<std::string>& names, SecretPlan& plan) {
    if (item.observed == nullptr) return;
    const auto* attribute = declared_secrets(item);
    const bool none_wanted = attribute != nullptr && attribute->exclusive && attribute->elements.empty();
    const bool requested = none_wanted || item.desired->management.remove_undeclared_credentials;
    for (const auto& secret : item.observed->secrets) {
        if (names.contains(secret.name)) continue;
        const bool issued_here = was_issued_here(item, secret);
        if ((!issued_here && !requested) || !item.is_written()) {
            plan.undeclared.push_back(fmt::format("{}, ends {}", shown(secret), day_of(secret.ends_at)));
            continue;
        }
        const auto* heir = issued_here && secret.ends_at > work.now ? not_issued_yet(work, item, plan) : nullptr;
        if (heir != nullptr) {
            plan.warnings.push_back(fmt::format(
                "the secret {} is kept, though no manifest declares it: it may be \"{}\" under its former name, "
                "and that one cannot be issued now",
                shown(secret), heir->name));
            continue;
        }
        const auto dropped = plan.drops.size();
        drop(work, secret, nullptr, item, secret.name.empty() ? "not issued by regent" : "no manifest declares it",
             plan);
        if (plan.drops.size() == dropped) continue;
        const bool has_heir = !plan.issues.empty() || !plan.drops.back().after_deliveries.empty();
        if (!plan.drops.back().makes_room) after_all_deliveries(item.desired->address, plan, plan.drops.back());
        after_trust_in_connectors(item, plan.drops.back());
        // One that gets another name is replaced where it was delivered to.
        if (issued_here && !has_heir && !is_held_by_connector(work, secret.key_id))
            plan.warnings.push_back(
                fmt::format("the secret {} goes, and what it was delivered to stays: a file or vault of "
                            "`deliverTo` holds a dead secret then, for somebody to remove",
                            shown(secret)));
    }
}

}  // namespace

void plan_drops(const SecretWork& work, const Item& item, SecretPlan& plan) {
    std::set<std::string> names;
    for (const auto* element : elements_of_secrets(item)) {
        names.insert(element->name);
        if (!item.is_written() || item.observed == nullptr) continue;
        const auto& named = work.named.at({item.desired->address, element->name});
        const auto issue = std::find_if(plan.issues.begin(), plan.issues.end(),
                                        [&](const auto& i) { return i.name == element->name; });
        drop_expired(work, item, named, plan);
        if (issue != plan.issues.end()) {
            drop_replaced(work, item, named, *issue, plan);
        } else {
            drop_unused(work, item, named, plan);
        }
    }
    drop_undeclared(work, item, names, plan);
}

}  // namespace regent::plan
