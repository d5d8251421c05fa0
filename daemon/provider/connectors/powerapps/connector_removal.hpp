#pragma once

#include "plan/plan.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/provider.hpp"

#include <tl/expected.hpp>

namespace regent::provider::powerapps {

/// Deleting a connector deletes people's connections, so whose it is is looked up once more: RG0706 when it is not
/// ours.
[[nodiscard]] tl::expected<StepResult, ProviderError> remove_connector(PowerAppsClient& client,
                                                                       const Identity& identity, const plan::Step& step,
                                                                       const StepInput& input);

}  // namespace regent::provider::powerapps
