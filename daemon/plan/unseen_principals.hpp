#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// Withholds making service principals of applications that may have had one before, where nobody may look whether it
/// lies in the recycle bin: assignments, consent and access to Azure hang on its object id, and were gone for good with
/// another one. What hangs on the service principal, at this application and at others, waits with it.
///
/// An application never had one as far as anybody knows when this plan makes it, when a run of this machine made or
/// adopted it and has not seen one since, or when it is too young for anything to hang on one. Whoever adopts one is
/// warned: that is a person who looks. So a caller that may only write what it owns can do all it is meant to.
void withhold_unseen_principals(const model::Snapshot& observed, const History& history, Items& items, Plan& plan);
/// Says so in the plan of those that are adopted, which are given one all the same.
void warn_of_unseen_principals(const Items& items, Plan& plan);

}  // namespace regent::plan
