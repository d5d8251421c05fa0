#pragma once

#include <CLI/CLI.hpp>

#include <initializer_list>
#include <string>

namespace regent::cli {

/// Checks of what a flag is given; the parser's own speak of "FAILED" and print ranges with 300 digits.

/// One of `words`; the help and completions list them.
[[nodiscard]] CLI::Validator one_of(std::initializer_list<std::string> words);

/// Digits, from `least` to `most`.
[[nodiscard]] CLI::Validator whole_number(long least, long most);
/// Digits, from 0.
[[nodiscard]] CLI::Validator whole_number();

}  // namespace regent::cli
