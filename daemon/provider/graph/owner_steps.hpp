#pragma once

#include "provider/graph/step_context.hpp"

namespace regent::provider::graph {

// Both hold as done when what they want is so already.
[[nodiscard]] StepOutcome add_owner(const StepContext& context);
[[nodiscard]] StepOutcome drop_owner(const StepContext& context);

}  // namespace regent::provider::graph
