#pragma once

#include <optional>
#include <string_view>

namespace regent::model {

/// How much a person should look at a change before it is made. What a level means is for a reviewer, not a
/// measurement: high is "somebody could get what they should not have, or what cannot be brought back goes", medium
/// "who signs in, or what for, changes", low the rest.
enum class Risk { low, medium, high };

[[nodiscard]] std::string_view to_string(Risk risk) noexcept;  ///< "low", "medium", "high"
/// What to_string() writes; nothing for anything else.
[[nodiscard]] std::optional<Risk> parse_risk(std::string_view text) noexcept;

}  // namespace regent::model
