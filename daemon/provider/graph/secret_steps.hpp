#pragma once

#include "provider/graph/step_context.hpp"

namespace regent::provider::graph {

/// Issues a client secret. addPassword has no key and shows the value once, so the operation id goes into the secret's
/// display name: when an answer is lost, what it may have made is found by that and taken away before another is asked
/// for. https://learn.microsoft.com/graph/api/application-addpassword
/// Outputs: clientSecrets/<name>/keyId, and clientSecrets/<name>/secretText among the secret ones.
[[nodiscard]] StepOutcome issue_secret(const StepContext& context);

/// Removes the secret with the step's key id; one that is not there any more counts as removed.
[[nodiscard]] StepOutcome drop_secret(const StepContext& context);

}  // namespace regent::provider::graph
