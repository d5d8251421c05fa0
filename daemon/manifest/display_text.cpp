#include "manifest/display_text.hpp"

#include "manifest/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::manifest {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Written out because wcwidth() depends on the process's locale, and a message has to look the same in a service and on
// a terminal. Blocks rather than single characters, from
// https://www.unicode.org/Public/UCD/latest/ucd/EastAsianWidth.txt (W and F).
constexpr std::array wide_ranges{
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2329, 0x232A},   Range{0x23E9, 0x23EC},
    Range{0x23F0, 0x23F0},   Range{0x23F3, 0x23F3},   Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},
    Range{0x2648, 0x2653},   Range{0x267F, 0x267F},   Range{0x2693, 0x2693},   Range{0x26A1, 0x26A1},
    Range{0x26AA, 0x26AB},   Range{0x26BD, 0x26BE},   Range{0x26C4, 0x26C5},   Range{0x26CE, 0x26CE},
    Range{0x26D4, 0x26D4},   Range{0x26EA, 0x26EA},   Range{0x26F2, 0x26F3},   Range{0x26F5, 0x26F5},
    Range{0x26FA, 0x26FA},   Range{0x26FD, 0x26FD},   Range{0x2705, 0x2705},   Range{0x270A, 0x270B},
    Range{0x2728, 0x2728},   Range{0x274C, 0x274C},   Range{0x274E, 0x274E},   Range{0x2753, 0x2755},
    Range{0x2757, 0x2757},   Range{0x2795, 0x2797},   Range{0x27B0, 0x27B0},   Range{0x27BF, 0x27BF},
    Range{0x2B1B, 0x2B1C},   Range{0x2B50, 0x2B50},   Range{0x2B55, 0x2B55},   Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},
    Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE10, 0xFE19},
    Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18DFF},
    Range{0x1AFF0, 0x1B2FF}, Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF}, Range{0x1F18E, 0x1F18E},
    Range{0x1F191, 0x1F19A}, Range{0x1F200, 0x1F320}, Range{0x1F32D, 0x1F335}, Range{0x1F337, 0x1F37C},
    Range{0x1F37E, 0x1F393}, Range{0x1F3A0, 0x1F3CA}, Range{0x1F3CF, 0x1F3D3}, Range{0x1F3E0, 0x1F3F0},
    Range{0x1F3F4, 0x1F3F4}, Range{0x1F3F8, 0x1F43E}, Range{0x1F440, 0x1F440}, Range{0x1F442, 0x1F4FC},
    Range{0x1F4FF, 0x1F53D}, Range{0x1F54B, 0x1F567}, Range{0x1F57A, 0x1F57A}, Range{0x1F595, 0x1F596},
    Range{0x1F5A4, 0x1F5A4}, Range{0x1F5FB, 0x1F64F}, Range{0x1F680, 0x1F6C5}, Range{0x1F6CC, 0x1F6CC},
    Range{0x1F6D0, 0x1F6D7}, Range{0x1F6DC, 0x1F6DF}, Range{0x1F6EB, 0x1F6EC}, Range{0x1F6F4, 0x1F6FC},
    Range{0x1F7E0, 0x1F7F0}, Range{0x1F90C, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

constexpr std::array zero_width_ranges{
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x06D6, 0x06DC}, Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F},
    Range{0x2060, 0x2064}, Range{0x20D0, 0x20FF}, Range{0x302A, 0x302D}, Range{0x3099, 0x309A},
    Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF}, Range{0xE0100, 0xE01EF}};

template <std::size_t Size>
bool is_among(const std::array<Range, Size>& ranges, char32_t value) noexcept {
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), value,
                                        [](char32_t wanted, const Range& range) { return wanted < range.first; });
    return after != ranges.begin() && value <= std::prev(after)->last;
}

std::size_t cells_of(char32_t value) noexcept {
    if (value < 0x300) return 1;
    if (is_among(zero_width_ranges, value)) return 0;
    return is_among(wide_ranges, value) ? 2 : 1;
}

DisplayCharacter by_number(char32_t value, std::size_t bytes) {
    auto shown = fmt::format("<U+{:04X}>", static_cast<std::uint32_t>(value));
    const auto cells = shown.size();
    return {std::move(shown), cells, bytes};
}

}  // namespace

DisplayCharacter first_character(std::string_view text) {
    const auto character = decode_utf8(text);
    const auto value = character.value;
    if (!character.valid) return {encode_utf8(0xFFFD), 1, 1};
    if (value < 0x20) return {encode_utf8(0x2400 + value), 1, 1};
    if (value == 0x7F) return {encode_utf8(0x2421), 1, 1};
    const bool line_separator = value == 0x2028 || value == 0x2029;
    if (is_control(value) || is_bidi_override(value) || line_separator || value == 0xFEFF) {
        return by_number(value, character.bytes);
    }
    return {std::string(text.substr(0, character.bytes)), cells_of(value), character.bytes};
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto character = first_character(text);
        out += character.shown;
        text.remove_prefix(character.bytes);
    }
    return out;
}

std::size_t character_count(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(decode_utf8(text).bytes);
        ++count;
    }
    return count;
}

std::size_t byte_offset(std::string_view text, std::size_t character) {
    std::size_t offset = 0;
    while (character > 0 && offset < text.size()) {
        offset += decode_utf8(text.substr(offset)).bytes;
        --character;
    }
    return offset;
}

}  // namespace regent::manifest
