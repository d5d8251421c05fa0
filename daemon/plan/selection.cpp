#include "plan/selection.hpp"

#include "plan/summary.hpp"

#include <algorithm>
#include <map>

namespace regent::plan {
namespace {

bool is_removal(const Plan& plan, const model::Address& address) {
    return std::any_of(plan.resources.begin(), plan.resources.end(), [&](const auto& resource) {
        return resource.address == address && resource.action == Action::remove;
    });
}

/// `wanted` and, again and again, the objects whose steps a step of theirs waits for.
std::set<model::Address> with_needs(const Plan& plan, const std::set<model::Address>& wanted) {
    std::map<int, model::Address> owner;
    for (const auto& step : plan.steps) owner.emplace(step.id, step.address);
    auto kept = wanted;
    for (std::size_t before = 0; before != kept.size();) {
        before = kept.size();
        for (const auto& step : plan.steps) {
            if (!kept.contains(step.address)) continue;
            for (const auto id : step.after) kept.insert(owner.at(id));
        }
    }
    return kept;
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
    std::erase_if(plan.steps, goes);
    std::erase_if(plan.resources, goes);
    std::erase_if(plan.withheld, goes);
    count(plan);
    selection.wanted = std::move(wanted);
    return selection;
}

}  // namespace regent::plan
