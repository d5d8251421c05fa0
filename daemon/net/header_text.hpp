#pragma once

#include <string_view>

namespace regent::net {

/// ASCII comparison, as header names and schemes need it: no locale takes part.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Without the spaces and tabs around it (OWS of RFC 9110, section 5.6.3).
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace regent::net
