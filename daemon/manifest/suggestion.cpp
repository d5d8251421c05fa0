#include "manifest/suggestion.hpp"

#include "manifest/display_text.hpp"
#include "manifest/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace regent::manifest {

namespace {

// Only ASCII letters are folded: fields, kinds and names are ASCII.
std::u32string folded(std::string_view text) {
    std::u32string out;
    while (!text.empty()) {
        const auto character = decode_utf8(text);
        const bool upper = character.value >= U'A' && character.value <= U'Z';
        out.push_back(upper ? character.value + (U'a' - U'A') : character.value);
        text.remove_prefix(character.bytes);
    }
    return out;
}

/// The Levenshtein distance, in which two letters that changed places are one mistake: "plna" is one from "plan".
std::size_t mistakes_between(const std::u32string& a, const std::u32string& b) {
    using Row = std::vector<std::size_t>;
    Row above(b.size() + 1), two_above(b.size() + 1), row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
        two_above.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

std::size_t allowed_distance(std::size_t letters) noexcept {
    if (letters <= 4) return 1;
    return letters <= 8 ? 2 : 3;
}

}  // namespace

std::optional<std::string> did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || std::find(candidates.begin(), candidates.end(), word) != candidates.end()) return std::nullopt;
    const auto wanted = folded(word);
    // A word far longer than any name we have is no typing mistake, and comparing it would cost its length times
    // theirs.
    constexpr std::size_t longest_name = 256;
    if (wanted.size() > longest_name) return std::nullopt;

    std::optional<std::string> best;
    auto best_distance = allowed_distance(wanted.size()) + 1;
    for (const auto candidate : candidates) {
        const auto name = folded(candidate);
        // A name that would have to be typed anew as a whole is no slip of the finger: `a` is not meant to be `b`.
        const auto distance = mistakes_between(wanted, name);
        if (distance < best_distance && distance < name.size()) {
            best_distance = distance;
            best = std::string(candidate);
        }
    }
    return best;
}

std::string did_you_mean_phrase(std::string_view word, std::span<const std::string_view> candidates) {
    const auto found = did_you_mean(word, candidates);
    return found ? fmt::format("did you mean `{}`?", *found) : std::string();
}

}  // namespace regent::manifest
