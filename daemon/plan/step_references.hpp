#pragma once

#include "plan/plan.hpp"

#include <map>
#include <string>
#include <vector>

namespace regent::plan {

/// A step that writes something that another object brings forth.
struct StepReference {
    const Step* step = nullptr;
    std::string output;
};

/// By who brings it forth, in order of work. Points into the plan.
using StepReferences = std::map<model::Address, std::vector<StepReference>>;

[[nodiscard]] StepReferences references_of_steps(const Plan& plan);

/// Whether the step issues a client secret.
[[nodiscard]] bool issues_secret(const Step& step);

/// The steps that are given the secret that `issue` issues.
[[nodiscard]] std::vector<const Step*> receivers_of(const Step& issue, const StepReferences& references);

}  // namespace regent::plan
