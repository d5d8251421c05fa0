#include "manifest/diagnostic_text.hpp"
#include "manifest/display_text.hpp"

#include <fmt/format.h>

namespace regent::manifest {

namespace {

/// Annotations of one severity that a step may make; GitHub drops those after it.
/// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
constexpr std::size_t max_annotations = 10;

std::string escaped(std::string_view text, bool in_property) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '%':
                out += "%25";
                break;
            case '\r':
                out += "%0D";
                break;
            case '\n':
                out += "%0A";
                break;
            case ':':
                out += in_property ? "%3A" : ":";
                break;
            case ',':
                out += in_property ? "%2C" : ",";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string_view word_for(model::Severity severity) {
    return severity == model::Severity::error ? "error" : "warning";
}

std::string message_of(const model::Diagnostic& diagnostic) {
    auto message = printable(diagnostic.message);
    for (const auto& note : diagnostic.notes) message += "\nnote: " + printable(note);
    if (!diagnostic.help.empty()) message += "\nhelp: " + printable(diagnostic.help);
    return message;
}

std::string annotation(const model::Diagnostic& diagnostic) {
    const auto& span = diagnostic.span;
    std::string properties;
    const auto add = [&properties](std::string_view name, std::string_view value) {
        properties += fmt::format("{}{}={}", properties.empty() ? " " : ",", name, escaped(value, true));
    };
    if (!span.file.empty()) add("file", printable(span.file));
    if (span.known()) {
        add("line", std::to_string(span.line));
        // Columns are allowed only where the span begins and ends on one line.
        if (span.end_line > span.line) {
            add("endLine", std::to_string(span.end_line));
        } else {
            add("col", std::to_string(span.column));
            add("endColumn", std::to_string(span.end_column));
        }
    }
    if (!diagnostic.code.empty()) add("title", diagnostic.code);
    return fmt::format("::{}{}::{}\n", word_for(diagnostic.severity), properties,
                       escaped(message_of(diagnostic), false));
}

// Begins with a word, never with "::", so that it cannot be taken for a command.
std::string ordinary_line(const model::Diagnostic& diagnostic) {
    return fmt::format("{}[{}]: {}: {}\n", word_for(diagnostic.severity), diagnostic.code,
                       printable(model::to_string(diagnostic.span.begin())), printable(diagnostic.message));
}

}  // namespace

std::string render_github(const model::Diagnostics& diagnostics) {
    std::string annotations;
    std::string rest;
    std::size_t errors = 0;
    std::size_t warnings = 0;
    std::size_t left_over = 0;
    for (const auto& diagnostic : diagnostics) {
        auto& count = diagnostic.severity == model::Severity::error ? errors : warnings;
        if (++count <= max_annotations) {
            annotations += annotation(diagnostic);
        } else {
            rest += ordinary_line(diagnostic);
            ++left_over;
        }
    }
    if (left_over == 0) return annotations;
    return annotations + rest + fmt::format("::notice title=regent::{} more, see the log\n", left_over);
}

}  // namespace regent::manifest
