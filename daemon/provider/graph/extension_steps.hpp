#pragma once

#include "provider/graph/step_context.hpp"

namespace regent::provider::graph {

// The service makes the full name of an extension property and its id. Adding looks first: a request that is sent
// twice would be refused.
[[nodiscard]] StepOutcome add_extension_property(const StepContext& context);
[[nodiscard]] StepOutcome drop_extension_property(const StepContext& context);

}  // namespace regent::provider::graph
