#include "plan/near_names.hpp"

#include "model/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace regent::plan {
namespace {

std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + std::size_t{a[i - 1] == b[j - 1] ? 0U : 1U}});
            diagonal = above;
        }
    }
    return row[b.size()];
}

/// The name that was probably meant, in whatever capitals; the threshold is the one of manifest/suggestion.hpp.
std::string near(const std::string& word, const std::vector<std::string>& names) {
    const std::size_t limit = word.size() <= 4 ? 1 : word.size() <= 8 ? 2 : 3;
    std::string best;
    auto best_distance = limit + 1;
    for (const auto& name : names) {
        if (const auto d = distance(model::lower_case(word), model::lower_case(name)); d < best_distance) {
            best = name;
            best_distance = d;
        }
    }
    return best;
}

}  // namespace

std::string did_you_mean(const std::string& word, const std::vector<std::string>& names) {
    const auto meant = near(word, names);
    return meant.empty() ? std::string{} : fmt::format("did you mean `{}`?", meant);
}

}  // namespace regent::plan
