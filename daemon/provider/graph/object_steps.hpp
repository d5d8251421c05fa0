#pragma once

#include "provider/graph/step_context.hpp"

namespace regent::provider::graph {

/// Steps on the application object itself. All of them are keyed, so a lost answer is mended by sending again.

/// Upserts by uniqueName, after restoring from the recycle bin when the step says so. Outputs: objectId, appId.
[[nodiscard]] StepOutcome create_application(const StepContext& context);
/// Writes our key where there is none, our tags and the changed attributes. Outputs: objectId, appId.
[[nodiscard]] StepOutcome adopt_application(const StepContext& context);
[[nodiscard]] StepOutcome update_application(const StepContext& context);
/// Into the recycle bin, if it is still ours.
[[nodiscard]] StepOutcome remove_application(const StepContext& context);

}  // namespace regent::provider::graph
