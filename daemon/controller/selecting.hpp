#pragma once

#include "controller/planning.hpp"
#include "plan/selection.hpp"

#include <set>
#include <string>
#include <vector>

namespace regent::controller {

/// Addresses of "KIND/NAME". A document that contributes stands for the object it contributes to. The error is the name
/// that is none of the environment's, with what was probably meant.
[[nodiscard]] tl::expected<std::set<model::Address>, std::string> addresses_of(const std::vector<std::string>& names,
                                                                               const plan::DesiredGraph& graph);

/// Restricts `planned` to `wanted` and what these need: plan, id, guards and the command to apply it.
[[nodiscard]] plan::Selection select(Planned& planned, const std::set<model::Address>& wanted,
                                     const std::vector<std::string>& names, const Workspace& workspace,
                                     const plan::Consent& consent);

}  // namespace regent::controller
