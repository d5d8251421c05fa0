#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <functional>
#include <string>

namespace regent::plan {

/// An identifier URI is held by one application of a tenant at a time, whatever its capitals. One that an application
/// of `items` is to have and another one has until now is taken when that one has let go of it:
/// ResolvedElement::holder says so, for a URI that moves as for two that swap theirs. Who waits for one keeps its old
/// ones until then, also when somebody else waits for those; only in a circle each lets go first. Where the other one
/// keeps it, this plan cannot move it: `items` no longer ask for it, and `plan` tells it as withheld. `goes`: whether
/// this plan removes one of ours whose manifest is gone.
void plan_handovers_of_uris(Items& items, const model::Snapshot& observed,
                            const std::function<bool(const model::ObservedResource&)>& goes, Plan& plan);

/// The key of the step with which `giver` lets go of the identifier URIs that it is not to keep: its first one, or the
/// one that gives it the new ones.
[[nodiscard]] std::string step_letting_go_of_uris(const Items& items, const model::Address& giver);

}  // namespace regent::plan
