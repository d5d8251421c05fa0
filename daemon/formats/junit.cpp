#include "formats/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace regent::formats {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Bytes of the well-formed UTF-8 character at the front; 0 when there is none. Over-long forms and surrogates are not
/// well-formed. https://www.unicode.org/versions/latest/core-spec/chapter-3/#G27506
std::size_t character_size(std::string_view text) {
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const auto first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!continues(1) || !continues(2)) return 0;
        if ((first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) >= 0xA0)) return 0;
        return first == 0xEF && at(1) == 0xBF && at(2) >= 0xBE ? 0 : 3;  // U+FFFE, U+FFFF
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!continues(1) || !continues(2) || !continues(3)) return 0;
        if ((first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) >= 0x90)) return 0;
        return 4;
    }
    return 0;
}

void append_escaped(std::string& out, std::string_view character) {
    const char c = character.front();
    switch (c) {
        case '&':
            out += "&amp;";
            return;
        case '<':
            out += "&lt;";
            return;
        case '>':
            out += "&gt;";
            return;
        case '"':
            out += "&quot;";
            return;
        case '\'':
            out += "&#39;";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool c1 = byte == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
    if (c1 || byte == 0x7F || (byte < 0x20 && c != '\n' && c != '\t'))
        out += replacement;
    else
        out += character;
}

std::string attribute(std::string_view name, std::string_view value) {
    return value.empty() ? std::string{} : fmt::format(" {}=\"{}\"", name, escaped_markup(value));
}

std::string case_xml(const JunitCase& one) {
    auto xml = fmt::format("    <testcase{}{}{}{} time=\"0\"", attribute("name", one.name),
                           attribute("classname", one.classname), attribute("file", one.file),
                           one.line == 0 ? std::string{} : fmt::format(" line=\"{}\"", one.line));
    const bool passed = one.state == JunitCase::State::passed;
    const auto said = passed ? one.text + one.output : one.output;
    if (passed && said.empty()) return xml + "/>\n";
    xml += ">\n";
    if (one.state == JunitCase::State::failed) {
        xml += fmt::format("      <failure{}{}>{}</failure>\n", attribute("type", one.type),
                           attribute("message", one.message), escaped_markup(one.text));
    } else if (one.state == JunitCase::State::skipped) {
        xml += fmt::format("      <skipped{}/>\n", attribute("message", one.message));
    }
    if (!said.empty()) xml += fmt::format("      <system-out>{}</system-out>\n", escaped_markup(said));
    return xml + "    </testcase>\n";
}

}  // namespace

std::string escaped_markup(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto size = character_size(text);
        if (size == 0) {
            out += replacement;
            text.remove_prefix(1);
        } else {
            append_escaped(out, text.substr(0, size));
            text.remove_prefix(size);
        }
    }
    return out;
}

std::string write_junit(const std::string& suite, const std::vector<JunitCase>& cases) {
    const auto count = [&](JunitCase::State state) {
        return std::count_if(cases.begin(), cases.end(), [&](const auto& one) { return one.state == state; });
    };
    const auto counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\"", cases.size(),
                                    count(JunitCase::State::failed), count(JunitCase::State::skipped));
    auto xml = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n  <testsuite{} {}>\n", counts,
                           attribute("name", suite), counts);
    for (const auto& one : cases) xml += case_xml(one);
    return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace regent::formats
