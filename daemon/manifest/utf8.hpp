#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace regent::manifest {

/// One decoded character, or one byte that is none.
struct Utf8Character {
    char32_t value = 0;
    std::size_t bytes = 1;
    bool valid = true;
};

/// The first character of `text`, which must not be empty. Strict as RFC 3629: overlong forms, surrogates and values
/// above U+10FFFF are invalid, and an invalid sequence counts one byte.
[[nodiscard]] Utf8Character decode_utf8(std::string_view text) noexcept;

[[nodiscard]] std::string encode_utf8(char32_t value);

/// Characters that reorder what follows them on the screen, so that a reader sees something else than the parser
/// (CVE-2021-42574).
[[nodiscard]] constexpr bool is_bidi_override(char32_t value) noexcept {
    return (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

/// C0 and C1 controls and DEL, tab and line feed among them.
[[nodiscard]] constexpr bool is_control(char32_t value) noexcept {
    return value < 0x20 || (value >= 0x7F && value <= 0x9F);
}

}  // namespace regent::manifest
