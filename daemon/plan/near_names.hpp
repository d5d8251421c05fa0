#pragma once

#include <string>
#include <vector>

namespace regent::plan {

/// "did you mean `Orders.Read`?" when one of `names` is near enough to `word`; else empty.
[[nodiscard]] std::string did_you_mean(const std::string& word, const std::vector<std::string>& names);

}  // namespace regent::plan
