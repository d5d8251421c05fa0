#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <functional>

namespace regent::plan {

/// An identifier URI is held by one application of a tenant at a time, whatever its capitals. One that an application
/// of `items` is to have and another one has until now is taken when that one has let go of it: ResolvedElement::holder
/// says so, for a URI that moves as for two that swap theirs. Where the other one keeps it, this plan cannot move it:
/// `items` no longer ask for it, and `plan` tells it as withheld. `goes`: whether this plan removes one of ours whose
/// manifest is gone.
void plan_handovers_of_uris(Items& items, const model::Snapshot& observed,
                            const std::function<bool(const model::ObservedResource&)>& goes, Plan& plan);

}  // namespace regent::plan
