#include "plan/step_references.hpp"

#include "model/attributes.hpp"

namespace regent::plan {

StepReferences references_of_steps(const Plan& plan) {
    StepReferences all;
    for (const auto& step : plan.steps) {
        for (const auto& path : step.changed) {
            const auto value = step.values.find(path);
            if (value == step.values.end()) continue;
            for (auto& reference : model::references_in(value->second))
                all[reference.address].push_back({&step, std::move(reference.output)});
        }
    }
    return all;
}

bool issues_secret(const Step& step) {
    return step.work == Work::add && step.changed.contains(model::path::client_secrets);
}

std::vector<const Step*> receivers_of(const Step& issue, const StepReferences& references) {
    std::vector<const Step*> receivers;
    const auto found = references.find(issue.address);
    if (found == references.end()) return receivers;
    const auto secret = model::output::secret_text(issue.part.substr(issue.part.find('/') + 1));
    for (const auto& reference : found->second)
        if (reference.output == secret) receivers.push_back(reference.step);
    return receivers;
}

}  // namespace regent::plan
