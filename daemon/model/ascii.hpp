#pragma once

#include <string>
#include <string_view>

namespace regent::model {

// Names and ids that services compare without regard to case. They are ASCII; other characters stay as they are.

[[nodiscard]] std::string lower_case(std::string_view text);
[[nodiscard]] std::string upper_case(std::string_view text);
/// Without regard to case.
[[nodiscard]] bool same_text(std::string_view a, std::string_view b) noexcept;
/// 8-4-4-4-12 hex digits.
[[nodiscard]] bool is_guid(std::string_view text) noexcept;

}  // namespace regent::model
