#pragma once

#include "model/ascii.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace regent::manifest {

/// What a plain (unquoted) scalar is to YAML tools.
enum class PlainType {
    text,
    boolean,        ///< `true`, `false`
    other_boolean,  ///< `yes`, `no`, `on`, `off` …: booleans of YAML 1.1, text in YAML 1.2
    number,         ///< decimal, octal, hexadecimal, floating, `.inf`, `.nan`
    null            ///< empty, `~`, `null`
};

/// By the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema), wider where YAML 1.1 took more.
[[nodiscard]] PlainType plain_type(std::string_view text) noexcept;

/// Decimal digits with an optional `-`; nothing when it is anything else or does not fit.
[[nodiscard]] std::optional<long long> parse_integer(std::string_view text) noexcept;

/// "180d", "12h", "30m", "45s": a whole number and one unit, more than zero and up to 100 years.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept;

using model::is_guid;
using model::lower_case;

/// Spaces, tabs, line breaks and Unicode's other white space that people paste unseen (no-break space, zero-width
/// space).
[[nodiscard]] bool has_white_space(std::string_view text) noexcept;

/// 1 to 63 lower-case letters, digits and `-`, beginning with a letter and not ending with `-`.
[[nodiscard]] bool is_name(std::string_view text) noexcept;

/// The same text as is_name() would like it: "ARM Connector" gives "arm-connector". Empty when nothing is left.
[[nodiscard]] std::string as_name(std::string_view text);

}  // namespace regent::manifest
