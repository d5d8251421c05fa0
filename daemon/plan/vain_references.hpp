#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// Tells of elements (a redirect URI, a federated credential) that are taken from a connector which has none to give,
/// and which no step of this plan gives one: its sign-in is left to people, or it is not written at all. Connectors
/// that are withheld themselves are told by that.
void tell_vain_references(const Items& items, Plan& plan);

}  // namespace regent::plan
