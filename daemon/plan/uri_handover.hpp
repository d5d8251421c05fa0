#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// An identifier URI is held by one application of a tenant at a time, whatever its capitals. One that an application
/// of `items` is to have and another one has until now is taken when that one has let go of it: ResolvedElement::holder
/// says so, for a URI that moves as for two that swap theirs. Where the other one keeps it, this plan cannot move it:
/// `items` no longer ask for it, and `plan` tells it as withheld.
void plan_handovers_of_uris(Items& items, const model::Snapshot& observed, Plan& plan);

}  // namespace regent::plan
