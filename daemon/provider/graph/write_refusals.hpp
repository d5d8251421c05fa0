#pragma once

#include "plan/plan.hpp"
#include "provider/provider_error.hpp"

namespace regent::provider::graph {

/// `error` with advice where a refusal of what `step` wrote is known, or expected.
[[nodiscard]] ProviderError explained_refusal(const plan::Step& step, ProviderError error);

}  // namespace regent::provider::graph
