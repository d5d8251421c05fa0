#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace regent::manifest {

/// The candidate that `word` was probably meant to be: one that differs in case only, else the nearest by Levenshtein
/// distance, two letters that changed places being one mistake, when it is near enough (1 for words of up to 4 letters,
/// 2 up to 8, else 3). The first in list order wins a tie. Nothing for an empty word, or when `word` itself is a
/// candidate.
[[nodiscard]] std::optional<std::string> did_you_mean(std::string_view word,
                                                      std::span<const std::string_view> candidates);

/// "did you mean `redirectUris`?", or an empty text.
[[nodiscard]] std::string did_you_mean_phrase(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace regent::manifest
