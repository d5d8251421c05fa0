#pragma once

#include <string>
#include <string_view>

namespace regent::report {

/// `text` as a code span on one line: nothing in it is markup, a mention or a tag.
/// https://spec.commonmark.org/0.31.2/#code-spans
[[nodiscard]] std::string code_span(std::string_view text);
/// The same inside a table cell, where even code must not hold a bare '|'. https://github.github.com/gfm/#example-200
[[nodiscard]] std::string code_cell(std::string_view text);
/// `content` in a fenced block whose fence is longer than any run of backticks inside.
[[nodiscard]] std::string fenced(std::string_view content, std::string_view language);

}  // namespace regent::report
