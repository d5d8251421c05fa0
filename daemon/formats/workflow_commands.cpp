#include "formats/workflow_commands.hpp"

#include <fmt/format.h>

#include <map>

namespace regent::formats {
namespace {

/// Annotations of one level that a step may make.
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

std::string_view word_for(Annotation::Level level) {
    switch (level) {
        case Annotation::Level::error:
            return "error";
        case Annotation::Level::warning:
            return "warning";
        case Annotation::Level::notice:
            return "notice";
    }
    return "error";
}

std::string command(const Annotation& annotation) {
    const auto& span = annotation.span;
    std::string properties;
    const auto add = [&properties](std::string_view name, std::string_view value) {
        properties += fmt::format("{}{}={}", properties.empty() ? " " : ",", name, escaped(value, true));
    };
    if (!span.file.empty()) add("file", span.file);
    if (span.known()) {
        add("line", std::to_string(span.line));
        // Columns are allowed only where the span begins and ends on one line.
        if (span.end_line > span.line) {
            add("endLine", std::to_string(span.end_line));
        } else if (span.column != 0) {
            add("col", std::to_string(span.column));
            if (span.end_column > span.column) add("endColumn", std::to_string(span.end_column));
        }
    }
    if (!annotation.title.empty()) add("title", annotation.title);
    return fmt::format("::{}{}::{}\n", word_for(annotation.level), properties, escaped(annotation.message, false));
}

// Begins with a word, never with "::", so that it cannot be taken for a command.
std::string ordinary_line(const Annotation& annotation) {
    const auto message = annotation.message.substr(0, annotation.message.find('\n'));
    return fmt::format("{}[{}]: {}: {}\n", word_for(annotation.level), annotation.title,
                       model::to_string(annotation.span.begin()), message);
}

}  // namespace

std::string write_annotations(const std::vector<Annotation>& annotations) {
    std::string commands, rest;
    std::map<Annotation::Level, std::size_t> counts;
    std::size_t left_over = 0;
    for (const auto& annotation : annotations) {
        if (++counts[annotation.level] <= max_annotations) {
            commands += command(annotation);
        } else {
            rest += ordinary_line(annotation);
            ++left_over;
        }
    }
    if (left_over == 0) return commands;
    return commands + rest + fmt::format("::notice title=regent::{} more, see the log\n", left_over);
}

}  // namespace regent::formats
