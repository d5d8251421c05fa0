#include "report/markdown_text.hpp"

#include "model/value.hpp"

#include <algorithm>

namespace regent::report {
namespace {

std::size_t longest_run_of_backticks(std::string_view text) {
    std::size_t longest = 0, run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

}  // namespace

std::string code_span(std::string_view text) {
    const auto content = model::with_visible_controls(text);
    if (content.empty()) return "";
    const std::string fence(longest_run_of_backticks(content) + 1, '`');
    // A blank on both sides is taken away again by the reader; it keeps backticks at the ends apart from the fence.
    const bool blank =
        content.front() == '`' || content.back() == '`' || (content.front() == ' ' && content.back() == ' ');
    return fence + (blank ? " " : "") + content + (blank ? " " : "") + fence;
}

std::string code_cell(std::string_view text) {
    std::string cell;
    for (const char c : code_span(text)) {
        if (c == '|') cell += '\\';
        cell += c;
    }
    return cell;
}

std::string fenced(std::string_view content, std::string_view language) {
    const std::string fence(std::max<std::size_t>(3, longest_run_of_backticks(content) + 1), '`');
    return fence + std::string(language) + "\n" + std::string(content) + (content.ends_with('\n') ? "" : "\n") + fence +
           "\n";
}

}  // namespace regent::report
