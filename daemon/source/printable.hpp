#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace regent::source {

/// Text of foreign origin, fit for one line of a log or a terminal: control characters and the marks that turn the
/// direction of text become spaces, bytes that are no UTF-8 become '?', and what is longer than `limit` bytes is cut.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 300);

}  // namespace regent::source
