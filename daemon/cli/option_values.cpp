#include "cli/option_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

namespace regent::cli {
namespace {

std::optional<long> number_in(const std::string& text) {
    long number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc{} || stop != end) return std::nullopt;
    return number;
}

}  // namespace

CLI::Validator one_of(std::initializer_list<std::string> words) {
    const std::vector<std::string> known(words);
    return CLI::Validator(
        [known](const std::string& text) -> std::string {
            if (std::find(known.begin(), known.end(), text) != known.end()) return {};
            return fmt::format("`{}` is none of {}", text, fmt::join(known, ", "));
        },
        fmt::format("{{{}}}", fmt::join(known, ",")));
}

CLI::Validator whole_number(long least, long most) {
    return CLI::Validator(
        [least, most](const std::string& text) -> std::string {
            const auto number = number_in(text);
            if (number && *number >= least && *number <= most) return {};
            return fmt::format("`{}` is no whole number from {} to {}", text, least, most);
        },
        fmt::format("{} to {}", least, most));
}

CLI::Validator whole_number() {
    return CLI::Validator(
        [](const std::string& text) -> std::string {
            const auto number = number_in(text);
            return number && *number >= 0 ? "" : fmt::format("`{}` is no whole number", text);
        },
        {});
}

std::string wrong_plan_id(std::string_view text) {
    constexpr std::string_view algorithm = "sha256:";
    constexpr std::size_t shortest = 8, longest = 64;
    if (text.empty()) return "must not be empty";
    const auto digits = text.starts_with(algorithm) ? text.substr(algorithm.size()) : text;
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos || digits.size() > longest)
        return fmt::format("`{}` is not the id of a plan: 8 digits or more, 0 to 9 and a to f", text);
    if (digits.size() < shortest)
        return fmt::format("`{}` is too short to mean one plan: an id has {} digits or more", text, shortest);
    return {};
}

CLI::Validator plan_id() {
    return CLI::Validator([](const std::string& text) { return wrong_plan_id(text); }, {});
}

}  // namespace regent::cli
