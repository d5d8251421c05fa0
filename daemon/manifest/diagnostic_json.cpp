#include "manifest/diagnostic_text.hpp"
#include "manifest/secret_stretches.hpp"
#include "manifest/source_lines.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::manifest {

namespace {

// Ordered as written here: people read these documents too.
using OrderedJson = nlohmann::ordered_json;

std::string_view source_text(const std::vector<SourceText>& sources, const std::string& file) {
    for (const auto& source : sources) {
        if (source.file == file) return source.text;
    }
    return {};
}

OrderedJson range_json(const model::Span& span, const std::vector<SourceText>& sources) {
    if (!span.known()) {
        if (span.file.empty()) return nullptr;
        return OrderedJson{{"filename", span.file.str()}};
    }
    OrderedJson end{{"line", span.end_line}, {"column", span.end_column}};
    const auto text = source_text(sources, span.file);
    if (!text.empty()) end["byte"] = SourceLines(text).byte_at(span.end_line, span.end_column);
    return OrderedJson{{"filename", span.file.str()},
                       {"start", {{"line", span.line}, {"column", span.column}, {"byte", span.byte}}},
                       {"end", std::move(end)}};
}

// The first line of the span. Offsets are bytes within `code`, as in OpenTofu's snippets.
OrderedJson snippet_json(const model::Span& span, const std::vector<SourceText>& sources,
                         const HiddenSecrets& secrets) {
    const auto text = source_text(sources, span.file);
    if (!span.known() || text.empty()) return nullptr;
    const SourceLines lines(text);
    const auto code = lines.line(span.line);
    const auto start = std::min(lines.byte_at(span.line, span.column) - lines.start(span.line), code.size());
    const auto end =
        span.end_line > span.line ? code.size() : lines.byte_at(span.line, span.end_column) - lines.start(span.line);
    const MaskedLine shown(code, secrets.of(span.file.str()).in_line(span.line));
    return OrderedJson{{"code", shown.text},
                       {"start_line", span.line},
                       {"highlight_start_offset", shown.offset_of(start)},
                       {"highlight_end_offset", shown.offset_of(std::max(start, end))}};
}

std::string detail_of(const model::Diagnostic& diagnostic) {
    std::string detail;
    for (const auto& note : diagnostic.notes) detail += fmt::format("{}\n", note);
    detail += diagnostic.help;
    if (detail.ends_with('\n')) detail.pop_back();
    return detail;
}

OrderedJson diagnostic_json(const model::Diagnostic& diagnostic, const std::vector<SourceText>& sources,
                            const HiddenSecrets& secrets) {
    OrderedJson related = OrderedJson::array();
    for (const auto& label : diagnostic.secondary) {
        related.push_back({{"message", label.text}, {"range", range_json(label.span, sources)}});
    }
    return OrderedJson{{"code", diagnostic.code},
                       {"severity", diagnostic.severity == model::Severity::error ? "error" : "warning"},
                       {"summary", diagnostic.message},
                       {"detail", detail_of(diagnostic)},
                       {"label", diagnostic.label},
                       {"notes", diagnostic.notes},
                       {"help", diagnostic.help},
                       {"subject", diagnostic.subject},
                       {"range", range_json(diagnostic.span, sources)},
                       {"snippet", snippet_json(diagnostic.span, sources, secrets)},
                       {"related", std::move(related)}};
}

}  // namespace

std::string render_json(const model::Diagnostics& diagnostics, const std::vector<SourceText>& sources) {
    const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), [](const model::Diagnostic& diagnostic) {
        return diagnostic.severity == model::Severity::error;
    });
    OrderedJson list = OrderedJson::array();
    const HiddenSecrets secrets(sources);
    for (const auto& diagnostic : diagnostics) list.push_back(diagnostic_json(diagnostic, sources, secrets));
    const OrderedJson document{{"format_version", "1.0"},
                               {"valid", errors == 0},
                               {"error_count", errors},
                               {"warning_count", static_cast<std::ptrdiff_t>(diagnostics.size()) - errors},
                               {"diagnostics", std::move(list)}};
    // A line that is quoted because it is not UTF-8 cannot stand in JSON as it is.
    return document.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace regent::manifest
