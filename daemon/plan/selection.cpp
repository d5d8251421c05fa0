#include "plan/selection.hpp"

#include "plan/step_references.hpp"
#include "plan/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace regent::plan {
namespace {

bool is_removal(const Plan& plan, const model::Address& address) {
    return std::any_of(plan.resources.begin(), plan.resources.end(), [&](const auto& resource) {
        return resource.address == address && resource.action == Action::remove;
    });
}

/// `wanted` and, again and again, the objects whose steps a step of theirs waits for, but for removals; and those that
/// a secret is issued for: without them its value would be in nobody's hands.
std::set<model::Address> with_needs(const Plan& plan, const std::set<model::Address>& wanted) {
    std::map<int, model::Address> owner;  // of steps that may be needed
    for (const auto& step : plan.steps)
        if (step.work != Work::remove || !is_removal(plan, step.address)) owner.emplace(step.id, step.address);
    const auto references = references_of_steps(plan);
    auto kept = wanted;
    for (std::size_t before = 0; before != kept.size();) {
        before = kept.size();
        for (const auto& step : plan.steps) {
            if (!kept.contains(step.address)) continue;
            for (const auto id : step.after)
                if (const auto needed = owner.find(id); needed != owner.end()) kept.insert(needed->second);
            if (!issues_secret(step)) continue;
            for (const auto* receiver : receivers_of(step, references)) kept.insert(receiver->address);
        }
    }
    return kept;
}

/// A step that waits for a removal, and what waits for that.
struct WaitingStep {
    Step step;
    model::Address removed;
};

/// Takes out of `steps` what waits for removals that are not among them any more.
std::vector<WaitingStep> take_waiting(std::vector<Step>& steps, const std::map<int, model::Address>& owners) {
    std::vector<WaitingStep> waiting;
    std::map<int, model::Address> removed_for;  // by the id of what waits
    std::set<int> kept;
    std::erase_if(steps, [&](const Step& step) {
        for (const auto id : step.after) {
            if (kept.contains(id)) continue;
            const auto other = removed_for.find(id);
            const auto removed = other == removed_for.end() ? owners.at(id) : other->second;
            removed_for.emplace(step.id, removed);
            waiting.push_back({step, removed});
            return true;
        }
        kept.insert(step.id);
        return false;
    });
    return waiting;
}

/// Of a step that writes a list: the whole of it, or what it adds, or what it drops.
bool makes_in_list(const Step& step, const model::List& list, const Change& change) {
    const bool goes = change.op == Change::Op::remove;
    const bool has = std::find(list.begin(), list.end(), goes ? change.before : change.after) != list.end();
    if (step.work == Work::drop) return goes && has;
    return goes ? step.work != Work::add && !has : has;
}

/// Whether `step`, which is of the same object, makes `change`: several steps may write one attribute.
bool makes(const Step& step, const Change& change) {
    if (!step.changed.contains(change.path)) return false;
    const auto written = step.values.find(change.path);
    const auto* list = written == step.values.end() ? nullptr : written->second.as_list();
    if (list != nullptr && change.op != Change::Op::set) return makes_in_list(step, *list, change);
    const auto slash = step.part.find('/');
    if (slash != std::string::npos && !change.element.empty() && step.part.substr(slash + 1) != change.element)
        return false;
    if (step.work == Work::drop) return change.op == Change::Op::remove;
    return step.work != Work::add || change.op != Change::Op::remove;
}

/// Tells what `object` does not get since nothing is removed for it. One that would be made anew stays as it is.
void hold_back(const std::vector<WaitingStep>& waiting, ResourceChange& object, Plan& plan) {
    const auto is_its = [&](const auto& one) { return one.address == object.address; };
    Withheld withheld;
    for (const auto& [step, removed] : waiting) {
        if (!is_its(step)) continue;
        withheld.message = fmt::format("waits until {} is deleted, which is not selected", to_string(removed));
    }
    if (withheld.message.empty()) return;
    withheld.why = Withheld::Why::waits_for_withheld;
    withheld.address = object.address;
    withheld.place = object.place;
    withheld.help = "a removal is never selected: it comes with an apply of everything";
    std::erase_if(object.changes, [&](const auto& change) {
        const auto makes_it = [&](const Step& step) { return is_its(step) && makes(step, change); };
        const bool waits =
            std::any_of(waiting.begin(), waiting.end(), [&](const auto& one) { return makes_it(one.step); }) &&
            std::none_of(plan.steps.begin(), plan.steps.end(), makes_it);
        if (waits) withheld.changes.push_back(change);
        return waits;
    });
    if (std::none_of(plan.steps.begin(), plan.steps.end(), is_its)) object.action = Action::none;
    plan.withheld.push_back(std::move(withheld));
}

}  // namespace

Selection select(Plan& plan, std::set<model::Address> wanted) {
    Selection selection;
    std::erase_if(wanted, [&](const auto& address) { return is_removal(plan, address); });
    const auto kept = with_needs(plan, wanted);
    const auto goes = [&](const auto& part) { return !kept.contains(part.address); };
    for (const auto& resource : plan.resources) {
        const bool outside = !wanted.contains(resource.address);
        if (goes(resource) && resource.action != Action::none) selection.left_out.insert(resource.address);
        if (!goes(resource) && outside && resource.action != Action::none) selection.needed.insert(resource.address);
        if (!goes(resource) && outside && resource.action == Action::replace)
            selection.removals_outside.push_back(resource.address);
    }
    std::map<int, model::Address> owners;
    for (const auto& step : plan.steps) owners.emplace(step.id, step.address);
    std::erase_if(plan.steps, goes);
    const auto waiting = take_waiting(plan.steps, owners);
    std::erase_if(plan.resources, goes);
    std::erase_if(plan.withheld, goes);
    for (auto& resource : plan.resources) hold_back(waiting, resource, plan);
    count(plan);
    selection.wanted = std::move(wanted);
    return selection;
}

}  // namespace regent::plan
