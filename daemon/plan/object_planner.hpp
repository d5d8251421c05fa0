#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"
#include "plan/secrets.hpp"
#include "plan/steps.hpp"

namespace regent::plan {

/// Plans one desired object: adds its ResourceChange (or Withheld) to `plan` and its steps to `steps`.
void plan_object(const Item& item, const Items& items, const UpdatedConnectors& updated, const Secrets& secrets,
                 const History& history, StepGraph& steps, Plan& plan);

}  // namespace regent::plan
