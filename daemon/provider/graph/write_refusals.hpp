#pragma once

#include "plan/plan.hpp"
#include "provider/provider_error.hpp"

#include <nlohmann/json.hpp>

namespace regent::provider::graph {

/// `error` with advice where a refusal of what `step` wrote is known, or expected.
[[nodiscard]] ProviderError explained_refusal(const plan::Step& step, ProviderError error);

/// `error` with advice where a change of an application that sent `body` was refused for something that is not in it.
[[nodiscard]] ProviderError explained_old_value(const nlohmann::json& body, ProviderError error);

}  // namespace regent::provider::graph
