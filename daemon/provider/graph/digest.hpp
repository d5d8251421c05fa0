#pragma once

#include <string>
#include <string_view>

namespace regent::provider::graph {

/// The first 16 hex digits of SHA-256: enough to tell the few hundred elements of one application apart.
[[nodiscard]] std::string short_digest(std::string_view text);

}  // namespace regent::provider::graph
