#pragma once

#include "provider/graph/step_context.hpp"

namespace regent::provider::graph {

/// Steps on what has requests of its own beside the application. All of them are keyed.

/// Output: servicePrincipal/id.
[[nodiscard]] StepOutcome add_service_principal(const StepContext& context);
/// Its own properties.
[[nodiscard]] StepOutcome write_principal_settings(const StepContext& context);
/// Adds or changes the federated credential that the step names.
[[nodiscard]] StepOutcome write_credential(const StepContext& context);
[[nodiscard]] StepOutcome drop_credential(const StepContext& context);

}  // namespace regent::provider::graph
