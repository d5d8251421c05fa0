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

bool is_digits(std::string_view text, std::size_t least, std::size_t most) noexcept {
    return text.size() >= least && text.size() <= most && all_of(text, digits);
}

/// "2024-01-31", and the same with a time behind it.
bool is_date(std::string_view text) noexcept {
    text = text.substr(0, text.find_first_of("Tt \t"));
    const auto first = text.find('-');
    const auto second = first == std::string_view::npos ? first : text.find('-', first + 1);
    return second != std::string_view::npos && is_digits(text.substr(0, first), 4, 4) &&
           is_digits(text.substr(first + 1, second - first - 1), 1, 2) && is_digits(text.substr(second + 1), 1, 2);
}

/// "1:30" is 90.
bool is_base_60(std::string_view text) noexcept {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || !all_of(text.substr(0, colon), "0123456789_")) return false;
    return all_of(text.substr(colon), "0123456789:._");
}

bool is_number_with_underscores(std::string_view text) noexcept {
    constexpr std::size_t longest = 400;
    if (text.size() > longest || text.find('_') == std::string_view::npos) return false;
    std::array<char, longest> without{};
    const auto* end = std::remove_copy(text.begin(), text.end(), without.begin(), '_');
    return is_number_text({without.data(), static_cast<std::size_t>(end - without.data())});
}

bool is_base_2(std::string_view text) noexcept {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return text.starts_with("0b") && all_of(text.substr(2), "01_");
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

bool is_other_in_yaml_1_1(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 18> words{"=",  "<<", "yes", "Yes", "YES", "no", "No", "NO", "on",
                                                     "On", "ON", "off", "Off", "OFF", "y",  "Y",  "n",  "N"};
    if (text.empty()) return false;
    if (is_one_of(text, words)) return true;
    if (std::string_view("0123456789+-.").find(text.front()) == std::string_view::npos) return false;
    return is_date(text) || is_base_60(text) || is_number_with_underscores(text) || is_base_2(text);
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
