#pragma once

#include <CLI/CLI.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace regent::cli {

/// Checks of what a flag is given; the parser's own speak of "FAILED" and print ranges with 300 digits.

/// One of `words`; the help and completions list them.
[[nodiscard]] CLI::Validator one_of(std::initializer_list<std::string> words);

/// Digits, from `least` to `most`.
[[nodiscard]] CLI::Validator whole_number(long least, long most);
/// Digits, from 0.
[[nodiscard]] CLI::Validator whole_number();

/// Why this means no plan: "`12` is too short for the id of a plan"; empty for 8 hexadecimal digits or more, with the
/// name of their algorithm in front or without.
[[nodiscard]] std::string wrong_plan_id(std::string_view text);
[[nodiscard]] CLI::Validator plan_id();

}  // namespace regent::cli
