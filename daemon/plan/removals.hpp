#pragma once

#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"
#include "plan/steps.hpp"

namespace regent::plan {

/// What is ours in the tenant and wanted by no manifest: removed when the policy says so, withheld with its reason
/// otherwise. Removals come after every other step and only when all of those succeeded; connectors before the
/// applications they sign in with.
void plan_removals(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                   StepGraph& steps, Plan& plan);

}  // namespace regent::plan
