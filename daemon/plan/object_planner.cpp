#include "plan/object_planner.hpp"

#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "plan/agreement.hpp"
#include "plan/given_back.hpp"
#include "plan/let_go.hpp"
#include "plan/object_differences.hpp"
#include "plan/object_marks.hpp"
#include "plan/object_parts.hpp"
#include "plan/object_requests.hpp"
#include "plan/object_secrets.hpp"
#include "plan/object_work.hpp"
#include "plan/remembered_end.hpp"
#include "plan/replacement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace regent::plan {
namespace {

using model::List;

/// The object's line in the plan: what happens to it as a whole, and why.
class ObjectLine {
public:
    explicit ObjectLine(ObjectWork& work) : work_(work) {}

    void leave_alone() {
        work_.change.action = Action::none;
        if (!work_.change.changes.empty()) {
            Withheld withheld;
            const bool watched = work_.item.desired->management.policy == model::ManagementPolicy::observe;
            withheld.why = watched ? Withheld::Why::observe_only : Withheld::Why::create_only;
            withheld.address = work_.address;
            withheld.place = work_.item.desired->place;
            withheld.message = watched ? "differs, and is only watched" : "differs, and is only created, never changed";
            withheld.help = "set `management.policy: full` to have it put right";
            withheld.changes = std::move(work_.change.changes);
            work_.plan.withheld.push_back(std::move(withheld));
            work_.change.changes.clear();
        }
        if (auto warning = warning_of_unwritten_end(work_.item); !warning.empty())
            work_.change.warnings.push_back(std::move(warning));
        work_.plan.resources.push_back(std::move(work_.change));
    }

    void finish() {
        switch (work_.item.standing) {
            case Standing::missing:
                set_action(Action::create, Reason::not_found);
                break;
            case Standing::in_bin:
                set_action(Action::create, Reason::restored);
                work_.change.warnings.emplace_back(warning_of_restoration());
                break;
            case Standing::unclaimed:
                set_action(Action::adopt, Reason::adoption);
                break;
            case Standing::outdated:
                set_action(Action::replace, Reason::immutable_changed);
                break;
            case Standing::there:
                set_action(work_.planned ? Action::update : Action::none,
                           work_.planned ? update_reason() : Reason::in_sync);
                break;
            case Standing::blocked:
                break;
        }
        work_.change.gone_outside = work_.change.action == Action::create && was_there();
        if (work_.item.standing == Standing::missing && work_.change.gone_outside)
            work_.change.warnings.emplace_back("it was there at the last run");
        if (work_.item.standing == Standing::missing && work_.former != nullptr)
            work_.change.warnings.push_back(former_name(*work_.former));
        if (work_.change.action == Action::update && work_.change.changes.empty()) {
            Change marks;
            marks.path = std::string(model::path::marks);
            marks.note = "what regent writes down on the object";
            marks.before = List(work_.observed_marks.begin(), work_.observed_marks.end());
            marks.after = work_.marks.whole;
            work_.change.changes.push_back(std::move(marks));
        }
        sort_changes();
        work_.plan.resources.push_back(std::move(work_.change));
    }

private:
    /// The name of an environment and its owner are in the key of every object: under new ones nothing is found again.
    static std::string former_name(const FormerObject& former) {
        return fmt::format(
            "it was made as an object of `{}` before{}, and that one stays as it is, in no manifest: was "
            "the Environment renamed, or its `owner` changed? Take that back, or remove the old objects "
            "under the old name first",
            former.key, former.remote_id.empty() ? "" : fmt::format(" ({})", former.remote_id));
    }

    std::string warning_of_restoration() const {
        if (!model::is_remembered_only(*work_.item.observed)) {
            return "what hung on it when it was deleted (owners, federated credentials, roles, consent) comes back "
                   "with "
                   "it; what the manifest manages of that is then made as it says, in the same apply";
        }
        return fmt::format(
            "it is not there any more, and regent may not look into the recycle bin without `Application.Read.All`: it "
            "is restored by its id ({}), which is remembered, with all that it has, and the same apply then makes it "
            "as "
            "the manifest says. Is it gone for good, it is made anew, with another application id",
            work_.item.observed->id);
    }

    void set_action(Action action, Reason reason) {
        work_.change.action = action;
        work_.change.reason = reason;
    }

    Reason update_reason() const {
        if (work_.change.changes.empty()) return Reason::manifest_changed;
        const bool secrets_only = std::all_of(work_.change.changes.begin(), work_.change.changes.end(),
                                              [](const auto& c) { return c.sensitive; });
        if (secrets_only && work_.secret_plan != nullptr && !work_.secret_plan->issues.empty())
            return work_.secret_plan->issues.front().reason;
        if (secrets_only && work_.delivery.deliver) return Reason::secret_needed;
        if (secrets_only && work_.secret_plan != nullptr && only_superseded()) return Reason::secret_superseded;
        const bool drift = std::all_of(work_.change.changes.begin(), work_.change.changes.end(),
                                       [](const auto& c) { return c.drift; });
        return drift ? Reason::drifted : Reason::manifest_changed;
    }

    /// What is remembered beside its attributes is no sign of it, and one whose shares are to be given back was deleted
    /// by a run that was killed before it made the new one.
    bool was_there() const {
        if (work_.applied == nullptr || work_.applied->contains(to_give_back)) return false;
        const auto* table = model::attributes_of(work_.address.kind);
        return std::any_of(work_.applied->begin(), work_.applied->end(),
                           [&](const auto& entry) { return table->find(entry.first) != nullptr; });
    }

    bool only_superseded() const {
        const auto& drops = work_.secret_plan->drops;
        return !drops.empty() && std::all_of(drops.begin(), drops.end(), [](const auto& d) { return d.superseded; });
    }

    /// In the order of the attribute table; within one attribute additions before removals, then by value.
    void sort_changes() {
        const auto* table = model::attributes_of(work_.address.kind);
        const auto rank = [&](const Change& change) { return table->find(change.path) - table->attributes.data(); };
        std::stable_sort(work_.change.changes.begin(), work_.change.changes.end(), [&](const auto& a, const auto& b) {
            if (rank(a) != rank(b)) return rank(a) < rank(b);
            return std::tie(a.op, a.element, a.after, a.before) < std::tie(b.op, b.element, b.after, b.before);
        });
    }

    ObjectWork& work_;
};

}  // namespace

void plan_object(const Item& item, const Items& items, const UpdatedConnectors& updated, const Secrets& secrets,
                 const History& history, StepGraph& steps, Plan& plan) {
    if (item.standing == Standing::blocked) {
        if (item.withheld) plan.withheld.push_back(*item.withheld);
        return;
    }
    ObjectWork work(item, items, updated, secrets, history, steps, plan);
    find_differences(work);
    if (auto agreed = new_agreements(work); !agreed.empty()) plan.agreements.emplace(work.address, std::move(agreed));
    if (auto paths = no_longer_managed(work); !paths.empty()) plan.unmanaged.emplace(work.address, std::move(paths));
    describe_secrets(work);
    if (!item.is_written()) return ObjectLine(work).leave_alone();
    withhold_replacement(work);
    find_what_is_let_go_later(work);
    plan_marks(work);
    plan_own_requests(work);
    plan_parts(work);
    plan_secret_steps(work);
    ObjectLine(work).finish();
}

}  // namespace regent::plan
