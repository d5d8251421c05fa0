#include "manifest/plain_text.hpp"

#include "manifest/utf8.hpp"

#include <algorithm>
#include <array>

namespace regent::manifest {

namespace {

template <std::size_t Size>
bool is_one_of(std::string_view text, const std::array<std::string_view, Size>& words) noexcept {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool all_of(std::string_view text, std::string_view allowed) noexcept {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";

bool is_exponent(std::string_view text) noexcept {
    if (text.empty()) return true;
    if (text.front() != 'e' && text.front() != 'E') return false;
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return all_of(text, digits);
}

bool has_only_printable_characters(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto character = decode_utf8(text);
        const auto value = character.value;
        const bool line_end = value == 0x2028 || value == 0x2029;
        if (!character.valid || is_control(value) || is_bidi_override(value) || line_end || value == 0xFEFF)
            return false;
        text.remove_prefix(character.bytes);
    }
    return true;
}

}  // namespace

bool is_null_text(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 5> words{"", "~", "null", "Null", "NULL"};
    return is_one_of(text, words);
}

bool is_boolean_text(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 6> words{"true", "True", "TRUE", "false", "False", "FALSE"};
    return is_one_of(text, words);
}

bool is_number_text(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 3> not_finite{".nan", ".NaN", ".NAN"};
    constexpr std::array<std::string_view, 3> infinite{".inf", ".Inf", ".INF"};
    if (is_one_of(text, not_finite)) return true;
    if (text.starts_with("0x")) return all_of(text.substr(2), "0123456789abcdefABCDEF");
    if (text.starts_with("0o")) return all_of(text.substr(2), "01234567");
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (is_one_of(text, infinite)) return true;
    const auto whole = std::min(text.find_first_not_of(digits), text.size());
    text.remove_prefix(whole);
    if (!text.starts_with('.')) return whole > 0 && is_exponent(text);
    text.remove_prefix(1);
    const auto fraction = std::min(text.find_first_not_of(digits), text.size());
    return whole + fraction > 0 && is_exponent(text.substr(fraction));
}

bool can_be_plain(std::string_view text) noexcept {
    if (text.empty() || !has_only_printable_characters(text)) return false;
    if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
    if (text.starts_with("---") || text.starts_with("...") || text.starts_with("<<")) return false;
    constexpr std::string_view indicators = ",[]{}#&*!|>'\"%@`";
    if (indicators.find(text.front()) != std::string_view::npos) return false;
    const bool like_item = std::string_view("-?:").find(text.front()) != std::string_view::npos;
    if (like_item && (text.size() == 1 || text[1] == ' ')) return false;
    return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos;
}

}  // namespace regent::manifest
