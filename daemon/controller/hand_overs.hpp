#pragma once

#include "apply/applier.hpp"
#include "plan/plan.hpp"

#include <cstddef>
#include <optional>

namespace regent::controller {

/// How the replacing of a secret by a new one ended: well only when everybody has the new one. Nothing for a step that
/// does not replace a secret, and for one that was not carried out to its end without anything having failed.
enum class RotationEnd { ok, failed };
[[nodiscard]] std::optional<RotationEnd> end_of_rotation(const plan::Plan& plan, const apply::ApplyResult& result,
                                                         std::size_t step);

}  // namespace regent::controller
