#pragma once

#include "provider/provider.hpp"

#include <string>

namespace regent::provider::graph {

/// How an application that `owner` ("<owner>.<environment>") manages comes to `identity`, without being deleted on the
/// way.
[[nodiscard]] std::string help_to_take_over(const std::string& owner, const Identity& identity);

/// What to do about an application that was `identity`'s and carries the mark of `owner` now.
[[nodiscard]] std::string help_after_hand_over(const std::string& owner);

}  // namespace regent::provider::graph
