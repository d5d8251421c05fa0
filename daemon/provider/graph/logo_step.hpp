#pragma once

#include "provider/graph/step_context.hpp"

namespace regent::provider::graph {

/// Sends the picture; which one it was, a mark says that is written afterwards.
[[nodiscard]] StepOutcome write_logo(const StepContext& context);

}  // namespace regent::provider::graph
