#include "controller/outcome_counts.hpp"

#include <algorithm>
#include <set>

namespace regent::controller {
namespace {

bool is_secret(const plan::Step& step) {
    return step.part.rfind("clientSecrets/", 0) == 0;
}

std::size_t count(const plan::Plan& plan, const apply::ApplyResult& result, plan::Work work, bool secrets) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
        const auto& step = plan.steps[i];
        if (result.outcomes[i].state != apply::StepState::done || step.work != work) continue;
        if (is_secret(step) == secrets && (secrets || step.part.empty())) ++n;
    }
    return n;
}

/// Objects that were changed in some other way than being created, adopted or deleted; each counts once. One that
/// was only waited for was not.
std::size_t updated(const plan::Plan& plan, const apply::ApplyResult& result) {
    std::set<model::Address> touched, other;
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
        const auto& step = plan.steps[i];
        if (result.outcomes[i].state != apply::StepState::done || step.work == plan::Work::await) continue;
        const bool own = step.part.empty() && (step.work == plan::Work::create || step.work == plan::Work::adopt ||
                                               step.work == plan::Work::remove);
        (own ? other : touched).insert(step.address);
    }
    std::erase_if(touched, [&](const auto& address) { return other.contains(address); });
    return touched.size();
}

std::vector<std::string> objects_with(const plan::Plan& plan, const apply::ApplyResult& result,
                                      apply::StepState state) {
    std::set<model::Address> found;
    for (std::size_t i = 0; i < result.outcomes.size(); ++i)
        if (result.outcomes[i].state == state) found.insert(plan.steps[i].address);
    std::vector<std::string> names;
    names.reserve(found.size());
    for (const auto& address : found) names.push_back(to_string(address));
    return names;
}

std::vector<std::string> new_connectors(const plan::Plan& plan, const apply::ApplyResult& result) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
        const auto& step = plan.steps[i];
        const bool is_made =
            step.work == plan::Work::create && step.part.empty() && result.outcomes[i].state == apply::StepState::done;
        if (is_made && step.address.kind == model::kind::connector) names.push_back(to_string(step.address));
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

OutcomeCounts count_outcomes(const plan::Plan& plan, const apply::ApplyResult& result) {
    OutcomeCounts counts;
    counts.created = count(plan, result, plan::Work::create, false);
    counts.adopted = count(plan, result, plan::Work::adopt, false);
    counts.removed = count(plan, result, plan::Work::remove, false);
    counts.secrets = count(plan, result, plan::Work::add, true);
    counts.updated = updated(plan, result);
    counts.failed = objects_with(plan, result, apply::StepState::failed);
    counts.waiting = objects_with(plan, result, apply::StepState::waiting);
    counts.without_connections = new_connectors(plan, result);
    return counts;
}

}  // namespace regent::controller
