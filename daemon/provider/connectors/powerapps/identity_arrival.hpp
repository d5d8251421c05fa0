#pragma once

#include "net/clock.hpp"
#include "plan/plan.hpp"
#include "provider/connectors/identity_wait.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/provider.hpp"

#include <tl/expected.hpp>

namespace regent::provider::powerapps {

/// Waits until the service has filled in what signing in with the connector needs, for as long as `patience` says
/// since it was saved: its managed identity, or its redirect URL. RG0708 when it has not by then.
[[nodiscard]] tl::expected<StepResult, ProviderError> await_identity(PowerAppsClient& client, net::Clock& clock,
                                                                     const connectors::IdentityPatience& patience,
                                                                     const plan::Step& step, const StepInput& input);

}  // namespace regent::provider::powerapps
