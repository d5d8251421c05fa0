#pragma once

#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace regent::controller {

/// A secret that a step is to send and that is not on this machine: the step would fail with RG0720.
struct MissingSecret {
    model::Address address;
    model::Place place;  ///< where the manifest names it
    std::string message, help;
};

/// Of all steps of `plan`. They are looked for as apply does it, so that both agree; nothing of them is kept. Which
/// machine will apply a plan is not the plan's matter, so this is no part of it and does not change its id.
[[nodiscard]] std::vector<MissingSecret> missing_secrets(const plan::Plan& plan, const plan::DesiredGraph& graph);

/// Says so in the report, beside the objects that would fail.
void warn_of_missing_secrets(plan::Plan& plan, const plan::DesiredGraph& graph);

}  // namespace regent::controller
