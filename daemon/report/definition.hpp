#pragma once

#include "model/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace regent::report {

/// A document attribute in one phrase: "1 operation, sha256 ab12cd34…". Operations are counted where the text is an
/// OpenAPI document.
[[nodiscard]] std::string definition_summary(const model::Value& definition);

/// One line of a document, indented, with visible control characters.
[[nodiscard]] std::vector<std::string> definition_lines(const model::Value& definition);

struct DiffLine {
    char sign = ' ';  ///< ' ', '-', '+'
    std::string text;
};

/// The shortest way from `before` to `after`, with up to `context` unchanged lines around each change; a line "..."
/// stands for more.
[[nodiscard]] std::vector<DiffLine> line_diff(const std::vector<std::string>& before,
                                              const std::vector<std::string>& after, std::size_t context);

}  // namespace regent::report
