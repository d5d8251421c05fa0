#pragma once

#include "provider/provider_error.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace regent::controller {

/// Nothing is planned by a clock that is further off than this. Secrets are issued, renewed and taken away by it, and
/// what lies between is days or hours; a wrong time zone is an hour at least.
inline constexpr std::chrono::seconds largest_clock_difference = std::chrono::hours(1);

/// RG0713 when this machine's clock is `ahead` of Graph's (or behind, if negative) by more than
/// largest_clock_difference. A clock that is set by itself is right again soon: the next run may succeed.
[[nodiscard]] std::optional<provider::ProviderError> clock_error(std::optional<std::chrono::seconds> ahead);

}  // namespace regent::controller
