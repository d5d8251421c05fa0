#pragma once

#include <string_view>

namespace regent::manifest {

/// Of ASCII, whatever the locale.
[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}

/// What a scalar without quotes stands for in YAML's core schema. Only the reader of keys and the writer ask; values
/// get their type from the field they stand in. https://yaml.org/spec/1.2.2/#103-core-schema
[[nodiscard]] bool is_null_text(std::string_view text) noexcept;
[[nodiscard]] bool is_boolean_text(std::string_view text) noexcept;
[[nodiscard]] bool is_number_text(std::string_view text) noexcept;

/// Whether readers of YAML 1.1, PyYAML for one, take a text of the core schema for something else when it has no
/// quotes: a date, a number in base 2 or 60 or with `_`, the value `=`, a merge key. https://yaml.org/type/
[[nodiscard]] bool is_other_in_yaml_1_1(std::string_view text) noexcept;

/// Whether `text` can be written without quotes, on one line, as a value of a block mapping, and is read again as the
/// same plain scalar.
[[nodiscard]] bool can_be_plain(std::string_view text) noexcept;

}  // namespace regent::manifest
