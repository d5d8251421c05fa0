#pragma once

#include "apply/applier.hpp"
#include "controller/status.hpp"
#include "plan/plan.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace regent::controller {

/// Who was to be given the secrets that this run issued, and what became of it. `result` belongs to `plan`: one outcome
/// per step.
[[nodiscard]] std::vector<HandOver> hand_overs(const plan::Plan& plan, const apply::ApplyResult& result);

/// How the replacing of a secret by a new one ended: well only when everybody has the new one. Nothing for a step that
/// does not replace a secret, and for one that was not carried out to its end without anything having failed.
enum class RotationEnd { ok, failed };
[[nodiscard]] std::optional<RotationEnd> end_of_rotation(const plan::Plan& plan, const apply::ApplyResult& result,
                                                         std::size_t step);

}  // namespace regent::controller
