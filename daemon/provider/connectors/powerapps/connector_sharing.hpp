#pragma once

#include "plan/plan.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/provider.hpp"

#include <tl/expected.hpp>

#include <string_view>

namespace regent::provider::powerapps {

/// What the part of a step begins with that writes one share: `shares/<principal's id>`.
inline constexpr std::string_view shares_part = "shares/";

/// Shares a connector with one principal, or takes that back.
[[nodiscard]] tl::expected<StepResult, ProviderError> write_share(PowerAppsClient& client, const plan::Step& step,
                                                                  const StepInput& input);

}  // namespace regent::provider::powerapps
