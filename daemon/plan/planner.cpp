#include "plan/planner.hpp"

#include "model/marks.hpp"
#include "plan/audience.hpp"
#include "plan/canonical.hpp"
#include "plan/certificates.hpp"
#include "plan/credential_count.hpp"
#include "plan/declarers.hpp"
#include "plan/diff.hpp"
#include "plan/encryption_keys.hpp"
#include "plan/given_back.hpp"
#include "plan/kept_connectors.hpp"
#include "plan/not_seen_yet.hpp"
#include "plan/object_planner.hpp"
#include "plan/own_apis.hpp"
#include "plan/own_sign_in.hpp"
#include "plan/permission_names.hpp"
#include "plan/removals.hpp"
#include "plan/resolution.hpp"
#include "plan/risk.hpp"
#include "plan/secrets.hpp"
#include "plan/sign_in_change.hpp"
#include "plan/silent_issuer.hpp"
#include "plan/steps.hpp"
#include "plan/summary.hpp"
#include "plan/tenant_policies.hpp"
#include "plan/unseen_applications.hpp"
#include "plan/unseen_principals.hpp"
#include "plan/unwanted_connectors.hpp"
#include "plan/uri_handover.hpp"
#include "plan/vain_references.hpp"
#include "plan/vouching.hpp"

#include <algorithm>
#include <set>

namespace regent::plan {
namespace {

/// A connector's marks are part of its definition: to change them is to write it.
bool differs_but_for_secrets(const model::List& wanted, const std::vector<std::string>& there) {
    model::List others;
    for (const auto& mark : there) {
        if (mark.rfind(model::mark::secret_key, 0) != 0 && mark != model::mark::secret_in_doubt)
            others.emplace_back(mark);
    }
    return canonical_set(std::move(others)) != wanted;
}

/// Where a connector is replaced by each save, its way to sign in is part of every one, but for its tags.
bool is_saved_whole(const Item& item, std::string_view path) {
    const auto backend = item.observed->attributes.find(model::path::backend);
    return path != model::path::tags && backend != item.observed->attributes.end() &&
           backend->second == model::Value(std::string(model::backend::logicapps));
}

UpdatedConnectors updated_connectors(const Items& items) {
    UpdatedConnectors updated;
    for (const auto& [address, item] : items) {
        if (address.kind != model::kind::connector || item.standing != Standing::there || !item.is_written()) continue;
        const auto marks = observed_marks(item.observed);
        for (const auto& attribute : item.attributes) {
            if (diff(attribute, nullptr, marks).changes.empty()) continue;
            updated.any.insert(address);
            const auto path = attribute.attribute->path;
            if (path.rfind("auth.", 0) == 0 || is_saved_whole(item, path)) updated.sign_in.insert(address);
        }
        if (differs_but_for_secrets(desired_marks(item), marks)) updated.any.insert(address);
    }
    return updated;
}

/// Those that are only given a secret, and those that are deleted, too: what they sign in by stays until then as well.
template <typename Goes>
UpdatedConnectors all_written(UpdatedConnectors updated, const Secrets& secrets, const model::Snapshot& observed,
                              const Goes& goes) {
    for (const auto& [connector, delivery] : secrets.connectors)
        if (delivery.deliver) updated.any.insert(connector);
    for (const auto& orphan : observed.orphans)
        if (orphan.address.kind == model::kind::connector && goes(orphan)) updated.deleted.push_back(&orphan);
    return updated;
}

void withhold_credentials(Items& items, Plan& plan) {
    withhold_taken_credentials(items, plan);
    withhold_credentials_without_room(items, plan);
}

/// A connector that cannot be saved with another way to sign in goes on as it does. What that takes stays where it is,
/// and may be in the way of another one.
UpdatedConnectors withhold_sign_ins(const DesiredGraph& desired, Items& items, std::vector<KeptSignIn>& kept,
                                    Plan& plan) {
    for (bool first = true;; first = false) {
        auto updated = updated_connectors(items);
        const bool without_secret = withhold_sign_ins_without_secret(desired, updated, items);
        if (!withhold_sign_ins_not_accepted(items) && !without_secret && !first) return updated;
        for (auto& stays : keep_sign_ins_that_stay(items, plan)) kept.push_back(std::move(stays));
        withhold_credentials(items, plan);
    }
}

/// Adds to `left_alone` what turns out to be withheld and was not yet: others may depend on it.
Items resolve_and_check(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                        std::vector<Withheld>& left_alone, Plan& plan) {
    auto items = resolve(desired, observed, history, left_alone);
    auto check = check_permission_names(desired, observed, items);
    plan.problems = std::move(check.problems);
    plan.withheld = std::move(check.kept);
    for (auto& withheld : check.withheld) {
        const bool known = std::any_of(left_alone.begin(), left_alone.end(),
                                       [&](const auto& other) { return other.address == withheld.address; });
        if (!known) left_alone.push_back(std::move(withheld));
    }
    name_permissions(observed, items);
    return items;
}

/// What is withheld as a whole for its own sake, and what cannot do without that, is so from the beginning.
Items resolve_all(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                  std::chrono::system_clock::time_point now, std::chrono::seconds replication_grace, Plan& plan) {
    std::vector<Withheld> left_alone;
    auto items = resolve_and_check(desired, observed, history, left_alone, plan);
    for (auto& own : changes_to_own_sign_in(observed, items)) left_alone.push_back(std::move(own));
    for (auto& unseen : not_seen_yet(items, history, now, replication_grace)) left_alone.push_back(std::move(unseen));
    for (std::size_t known = 0; known != left_alone.size();) {
        known = left_alone.size();
        items = resolve_and_check(desired, observed, history, left_alone, plan);
    }
    return items;
}

}  // namespace

Plan make_plan(const DesiredGraph& declared, const model::Snapshot& observed, const History& history,
               std::chrono::system_clock::time_point now, const std::vector<RotationRequest>& rotations,
               std::chrono::seconds replication_grace) {
    const auto linked = with_references_to_own_apis(declared, observed);
    const auto& desired = linked ? *linked : declared;
    Plan plan;
    plan.environment = desired.environment.name;
    plan.owner = desired.environment.owner;
    plan.tenant_id = desired.environment.tenant_id;
    plan.documents = desired.documents;

    auto items = resolve_all(desired, observed, history, now, replication_grace, plan);
    withhold_unseen_principals(observed, history, items, plan);
    const auto later = withhold_unvouched_consent(desired, observed, history, items, plan);
    withhold_credentials(items, plan);
    withhold_encryption_keys_that_go(items, plan);
    auto kept = keep_sign_ins_of_kept_connectors(desired, observed, history, items, plan);
    const auto updated = withhold_sign_ins(desired, items, kept, plan);
    const auto secrets = plan_secrets(desired, items, updated, observed, history, now, rotations, replication_grace);
    const auto is_deleted = [&](const auto& orphan) {
        return goes(orphan, desired, observed, items, history) && !secrets.orphans_in_use.contains(orphan.id);
    };
    plan_handovers_of_uris(items, observed, is_deleted, plan);
    withhold_audiences_without_room(items, secrets, plan);
    give_back(history, items);

    const auto written = all_written(updated, secrets, observed, is_deleted);
    StepGraph steps;
    for (const auto& [address, item] : items) {
        plan_object(item, items, written, secrets, history, steps, plan);
        const bool ours =
            item.observed != nullptr && !item.observed->deleted && item.observed->ownership == model::Ownership::ours;
        if (ours) ++plan.managed;
    }
    forget_what_was_left(history, observed, items, plan);
    tell_gone_connectors(desired, observed, history, plan);
    warn_of_credential_counts(items, plan);
    tell_vain_references(items, plan);
    warn_of_look(later, plan);
    warn_of_unvouched_sign_ins(desired, observed, history, items, plan);
    warn_of_other_declarers(desired, history, plan);
    warn_of_kept(kept, plan);
    warn_of_unseen_principals(items, plan);
    warn_of_unseen_applications(observed, history, items, plan);
    warn_of_roles_for_people(observed, plan);
    plan_removals(desired, observed, items, history, secrets, steps, plan);
    plan.steps = steps.take();
    std::sort(plan.resources.begin(), plan.resources.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
    std::sort(plan.withheld.begin(), plan.withheld.end(),
              [](const auto& a, const auto& b) { return std::tie(a.address, a.why) < std::tie(b.address, b.why); });
    rate_risks(plan, desired.environment, observed);
    tell_certificates(items, now, plan);
    tell_policies(items, observed.credential_policies, now, plan);
    count(plan);
    plan.id = plan_id(desired, observed, plan);
    return plan;
}

}  // namespace regent::plan
