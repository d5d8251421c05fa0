#include "manifest/load_findings.hpp"

#include "manifest/load_plain.hpp"
#include "model/value.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {
namespace {

void note_origins(model::Diagnostic& diagnostic, const Node& node) {
    const bool substituted = std::any_of(node.origins.begin(), node.origins.end(), [](const Origin& origin) {
        return origin.kind == Origin::Kind::variable || origin.kind == Origin::Kind::default_text;
    });
    if (substituted) diagnostic.notes.push_back(fmt::format("the value is {}", in_quotes(node.text)));
    for (const auto& origin : node.origins) {
        const auto place = origin.place.known() ? fmt::format(" at {}", model::to_string(origin.place)) : std::string{};
        switch (origin.kind) {
            case Origin::Kind::manifest:
                break;
            case Origin::Kind::variable:
                diagnostic.notes.push_back(fmt::format("`${{{}}}` is set{}", origin.name, place));
                break;
            case Origin::Kind::default_text:
                diagnostic.notes.push_back(fmt::format("`${{{}}}` is not set, so its default is taken", origin.name));
                break;
            case Origin::Kind::override_entry:
                diagnostic.notes.push_back(fmt::format("the value comes from {}{}", origin.name, place));
                break;
        }
    }
}

}  // namespace

Findings::Findings(const Document& document) : file_(document.file), subject_(subject_of(document)) {}

void Findings::mark_reported(const Node& node, const model::Diagnostics& reported) {
    const auto is_about = [&](const model::Diagnostic& d) {
        return d.span.file == node.span.file && d.span.byte >= node.span.byte && d.span.line >= node.span.line &&
               (d.span.line < node.span.end_line ||
                (d.span.line == node.span.end_line && d.span.column < node.span.end_column));
    };
    if (node.is_scalar() && std::any_of(reported.begin(), reported.end(), is_about)) mark_bad(node);
    for (const auto& item : node.items) mark_reported(item, reported);
    for (const auto& entry : node.entries) mark_reported(entry.value, reported);
}

void Findings::adopt(model::Diagnostic diagnostic) {
    if (diagnostic.subject.empty() && diagnostic.span.file == file_) diagnostic.subject = subject_;
    diagnostics_.push_back(std::move(diagnostic));
}

model::Diagnostic& Findings::add(model::Severity severity, std::string_view code, const model::Span& span,
                                 std::string message) {
    auto& diagnostic = diagnostics_.emplace_back();
    diagnostic.code = code;
    diagnostic.severity = severity;
    diagnostic.message = std::move(message);
    diagnostic.span = span;
    if (span.file == file_) diagnostic.subject = subject_;  // a value from an override stands in the environment's file
    return diagnostic;
}

model::Diagnostic& Findings::error(std::string_view code, const model::Span& span, std::string message) {
    return add(model::Severity::error, code, span, std::move(message));
}

model::Diagnostic& Findings::warning(std::string_view code, const model::Span& span, std::string message) {
    return add(model::Severity::warning, code, span, std::move(message));
}

model::Diagnostic& Findings::bad_value(std::string_view code, const Node& node, std::string message) {
    mark_bad(node);
    auto& diagnostic = error(code, node.span, std::move(message));
    note_origins(diagnostic, node);
    return diagnostic;
}

model::Diagnostic& Findings::odd_value(std::string_view code, const Node& node, std::string message) {
    auto& diagnostic = warning(code, node.span, std::move(message));
    note_origins(diagnostic, node);
    return diagnostic;
}

std::string describe_node(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return "nothing";
        case Node::Kind::sequence:
            return "a list";
        case Node::Kind::mapping:
            return "a mapping";
        case Node::Kind::scalar:
            break;
    }
    if (node.style == Style::block) return "a block of text";
    if (node.style == Style::quoted) return fmt::format("the quoted text {}", in_quotes(node.text));
    switch (plain_type(node.text)) {
        case PlainType::boolean:
            return fmt::format("`{}`", node.text);
        case PlainType::number:
            return fmt::format("the number {}", node.text);
        case PlainType::null:
        case PlainType::other_boolean:
        case PlainType::text:
            break;
    }
    return fmt::format("the text {}", in_quotes(node.text));
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t shown = 80;
    if (text.size() <= shown) return fmt::format("\"{}\"", model::with_visible_controls(text));
    auto end = shown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a UTF-8 sequence
    return fmt::format("\"{}…\"", model::with_visible_controls(text.substr(0, end)));
}

}  // namespace regent::manifest
