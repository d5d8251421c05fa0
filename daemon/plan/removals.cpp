#include "plan/removals.hpp"

#include "model/attributes.hpp"
#include "plan/diff.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

const model::Place* last_place(const History& history, const model::Address& address) {
    const auto it = history.places.find(address);
    return it == history.places.end() ? nullptr : &it->second;
}

std::string shown_name(const model::ObservedResource& resource) {
    const auto it = resource.attributes.find(model::path::display_name);
    return it == resource.attributes.end() ? resource.id : it->second.text_or(resource.id);
}

Withheld kept(const model::ObservedResource& orphan, bool is_protected) {
    Withheld withheld;
    withheld.why = is_protected ? Withheld::Why::prevent_delete : Withheld::Why::on_removal_keep;
    withheld.address = orphan.address;
    withheld.message = fmt::format("\"{}\" ({}) is ours and in no manifest any more", shown_name(orphan), orphan.id);
    withheld.help = is_protected ? "it was protected by `preventDelete`, which outlives its manifest: put the manifest "
                                   "back without it, apply, then remove it"
                                 : "it is kept because `policy.onRemoval` is `keep`";
    return withheld;
}

}  // namespace

void plan_removals(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                   StepGraph& steps, Plan& plan) {
    const auto others = steps.keys();
    for (const auto& orphan : observed.orphans) {
        if (orphan.deleted) continue;
        ++plan.managed;
        const auto marks = observed_marks(&orphan);
        const bool is_protected = std::find(marks.begin(), marks.end(), "preventDelete") != marks.end();
        if (is_protected || desired.environment.policy.on_removal == model::OnRemoval::keep) {
            plan.withheld.push_back(kept(orphan, is_protected));
            continue;
        }
        ResourceChange change;
        change.address = orphan.address;
        change.action = Action::remove;
        change.reason = Reason::manifest_gone;
        change.remote_id = orphan.id;
        change.warnings = orphan.remarks;
        if (const auto* place = last_place(history, orphan.address)) change.place = *place;
        plan.resources.push_back(std::move(change));

        const auto key = StepGraph::key(orphan.address, orphan.id, "remove");
        auto& step = steps.add(key, orphan.address, {}, Work::remove);
        step.reason = Reason::manifest_gone;
        step.observed = std::make_shared<const model::ObservedResource>(orphan);
        for (const auto& other : others) steps.after(key, other);
        if (orphan.address.kind != model::kind::application) continue;
        for (const auto& connector : observed.orphans) {
            if (connector.address.kind == model::kind::connector)
                steps.after(key, StepGraph::key(connector.address, connector.id, "remove"));
        }
    }
}

}  // namespace regent::plan
