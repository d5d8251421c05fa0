#include "manifest/yaml_bytes.hpp"

#include "manifest/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace regent::manifest {

namespace {

enum class ByteFault { nul, not_utf8, control, inner_mark, bidi, line_end };

struct FaultText {
    std::string_view code;
    std::string_view message;
    std::string_view label;
    std::string_view help;
};

// In the order of ByteFault.
constexpr std::array fault_texts{
    FaultText{"RG0131", "the file holds a NUL character", "a NUL character",
              "remove it; if the file looks right in the editor, it was saved as UTF-16: save it as UTF-8"},
    FaultText{"RG0132", "the file is not UTF-8", "this byte begins no UTF-8 character", "save the file as UTF-8"},
    FaultText{"RG0133", "the file holds a control character", "a control character", "remove it"},
    FaultText{"RG0134", "a byte order mark stands inside the file", "an invisible byte order mark",
              "remove it; it often comes from joining two files"},
    FaultText{"RG0135", "the file holds a character that changes the direction of text", "an invisible character",
              "remove it; what follows it is shown in another order than it is read"},
    FaultText{"RG0136", "the file holds a line end that editors do not agree on", "counts as a line end in YAML",
              "end lines with a line feed (LF) or with CR LF"}};

std::optional<ByteFault> fault_of(const Utf8Character& character, std::string_view rest) noexcept {
    const auto value = character.value;
    if (!character.valid) return ByteFault::not_utf8;
    if (value == '\t' || value == '\n') return std::nullopt;
    if (value == '\r') return rest.size() > 1 && rest[1] == '\n' ? std::nullopt : std::optional(ByteFault::line_end);
    if (value >= 0x20 && value < 0x7F) return std::nullopt;
    if (value == 0) return ByteFault::nul;
    // NEL, LS and PS end a line in YAML 1.1 and nowhere else.
    if (value == 0x85 || value == 0x2028 || value == 0x2029) return ByteFault::line_end;
    const bool noncharacter = value == 0xFFFE || value == 0xFFFF;
    if (is_control(value) || noncharacter) return ByteFault::control;
    if (value == 0xFEFF) return ByteFault::inner_mark;
    if (is_bidi_override(value)) return ByteFault::bidi;
    return std::nullopt;
}

struct Finding {
    std::size_t line = 0;
    std::size_t byte_in_line = 0;
    Utf8Character character;
    std::size_t times = 0;
};

model::Diagnostic diagnostic_of(ByteFault fault, const Finding& finding, const SourceText& source,
                                const SourceLines& lines) {
    const auto& text = fault_texts.at(static_cast<std::size_t>(fault));
    model::Diagnostic diagnostic;
    diagnostic.code = text.code;
    diagnostic.message = text.message;
    diagnostic.label = text.label;
    diagnostic.help = text.help;
    diagnostic.span = lines.byte_span(source.file, finding.line, finding.byte_in_line, finding.character.bytes);
    diagnostic.span.end_column = diagnostic.span.column + 1;
    if (fault == ByteFault::not_utf8) {
        const auto byte = static_cast<unsigned char>(source.text[diagnostic.span.byte]);
        diagnostic.notes.push_back(fmt::format("the byte is 0x{:02X}", byte));
    } else if (fault != ByteFault::nul) {
        diagnostic.notes.push_back(
            fmt::format("the character is U+{:04X}", static_cast<std::uint32_t>(finding.character.value)));
    }
    if (finding.times > 1) diagnostic.notes.push_back(fmt::format("the file holds {} of this sort", finding.times));
    return diagnostic;
}

model::Diagnostics find_faults(const SourceText& source, const SourceLines& lines) {
    std::array<Finding, fault_texts.size()> findings{};
    const std::string_view text = source.text;
    std::size_t line = 1;
    std::size_t offset = lines.start(1);
    while (offset < text.size()) {
        const auto rest = text.substr(offset);
        const auto character = decode_utf8(rest);
        if (const auto fault = fault_of(character, rest)) {
            auto& finding = findings.at(static_cast<std::size_t>(*fault));
            if (finding.times++ == 0) {
                finding.line = line;
                finding.byte_in_line = offset - lines.start(line);
                finding.character = character;
            }
        }
        if (character.value == '\n') ++line;
        offset += character.bytes;
    }
    model::Diagnostics diagnostics;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (findings[i].times > 0)
            diagnostics.push_back(diagnostic_of(ByteFault{static_cast<int>(i)}, findings[i], source, lines));
    }
    return diagnostics;
}

std::optional<model::Diagnostic> too_large(const SourceText& source, const ReadLimits& limits) {
    if (source.text.size() <= limits.file_bytes) return std::nullopt;
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0121";
    diagnostic.message = fmt::format("the file is too large: {} bytes", source.text.size());
    diagnostic.span.file = source.file;
    diagnostic.notes.push_back(fmt::format("at most {} bytes are read", limits.file_bytes));
    diagnostic.help = "spread its documents over several files";
    return diagnostic;
}

model::Diagnostics find_long_lines(const SourceText& source, const SourceLines& lines, const ReadLimits& limits) {
    for (std::size_t number = 1; number <= lines.count(); ++number) {
        const auto size = lines.line(number).size();
        if (size <= limits.line_bytes) continue;
        model::Diagnostic diagnostic;
        diagnostic.code = "RG0126";
        diagnostic.message = fmt::format("the line is too long: {} bytes", size);
        diagnostic.span = lines.span(source.file, number, 1, 1);
        diagnostic.notes.push_back(fmt::format("at most {} bytes are read", limits.line_bytes));
        diagnostic.help = "break it into several lines";
        return {diagnostic};
    }
    return {};
}

}  // namespace

std::optional<model::Diagnostic> utf16_in(const std::string& file, std::string_view bytes) {
    if (!bytes.starts_with("\xFF\xFE") && !bytes.starts_with("\xFE\xFF")) return std::nullopt;
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0132";
    diagnostic.message = "the file is UTF-16, not UTF-8";
    diagnostic.span.file = file;
    diagnostic.help = "save the file as UTF-8";
    return diagnostic;
}

model::Diagnostics check_bytes(const SourceText& source, const SourceLines& lines, const ReadLimits& limits) {
    if (auto diagnostic = too_large(source, limits)) return {*diagnostic};
    if (auto diagnostic = utf16_in(source.file, source.text)) return {*diagnostic};
    auto diagnostics = find_faults(source, lines);
    if (diagnostics.empty()) diagnostics = find_long_lines(source, lines, limits);
    return diagnostics;
}

}  // namespace regent::manifest
