#pragma once

#include <span>
#include <string_view>

namespace regent::manifest {

/// A code that diagnostics carry, with the lesson that `regent explain RG0204` gives.
struct ErrorCode {
    std::string_view code;         ///< "RG0204"; never given to another mistake later
    std::string_view title;        ///< "duplicate key": one line, lower case, no full stop
    std::string_view explanation;  ///< paragraphs with an example, lines of at most 80 characters
};

/// RG01xx (the text of a file) and RG03xx (variables and overrides), by code.
[[nodiscard]] std::span<const ErrorCode> yaml_error_codes();

/// The others: fields, rules, references, by code.
[[nodiscard]] std::span<const ErrorCode> manifest_error_codes();

}  // namespace regent::manifest
