#pragma once

#include "plan/plan.hpp"
#include "provider/provider_error.hpp"

#include <string>

namespace regent::provider::connectors {

// What a writer says of a step by itself, without an answer of its service.

[[nodiscard]] ProviderError error_of(ErrorKind kind, std::string code, std::string message, std::string help);

/// RG0705: the step asks for what no planner should ask for.
[[nodiscard]] ProviderError bug(const plan::Step& step, const std::string& message);

/// RG0710: regent was told to stop while it waited.
[[nodiscard]] ProviderError interrupted(const plan::Step& step);

}  // namespace regent::provider::connectors
