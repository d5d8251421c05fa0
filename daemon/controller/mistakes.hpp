#pragma once

#include "controller/holds.hpp"
#include "model/snapshot.hpp"
#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

#include <optional>

namespace regent::controller {

/// What is left alone because of `plan.problems`, mistakes that only the tenant shows: a permission that its API does
/// not publish. These are the objects that the mistakes are about, and what refers to one of them.
///
/// The rest can go on, so that nobody who runs some API switches off the repair of a whole environment by taking one
/// scope away. Nothing when it cannot: an object with a mistake that is not in the tenant yet has ids that others wait
/// for, and a mistake that is about no object may be about all.
[[nodiscard]] std::optional<Holds> held_by_mistakes(const plan::Plan& plan, const plan::DesiredGraph& desired,
                                                    const model::Snapshot& observed);

}  // namespace regent::controller
