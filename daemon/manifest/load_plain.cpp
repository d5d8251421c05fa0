#include "manifest/load_plain.hpp"

#include "manifest/plain_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace regent::manifest {
namespace {

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

template <std::size_t n>
bool is_among(std::string_view text, const std::array<std::string_view, n>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_yaml_number(std::string_view text) {
    if (text.empty()) return false;
    if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
    const auto lower = lower_case(text);
    if (lower == ".inf" || lower == ".nan") return true;
    const auto prefixed = [&](std::string_view prefix) {
        return lower.size() > 2 && lower.compare(0, 2, prefix) == 0 &&
               std::all_of(lower.begin() + 2, lower.end(), is_hex);
    };
    if (prefixed("0x") || prefixed("0o") || prefixed("0b")) return true;
    // Digits, one point, one exponent: "1", "1.0", ".5", "1e3", "0123", and "1_000" of YAML 1.1.
    std::size_t digits = 0, points = 0, at = 0;
    for (; at < lower.size() && (is_digit(lower[at]) || lower[at] == '.' || (lower[at] == '_' && digits > 0)); ++at)
        (lower[at] == '.' ? points : digits) += 1;
    if (digits == 0 || points > 1) return false;
    if (at == lower.size()) return true;
    if (lower[at] != 'e') return false;
    ++at;
    if (at < lower.size() && (lower[at] == '-' || lower[at] == '+')) ++at;
    return at < lower.size() && std::all_of(lower.begin() + static_cast<std::ptrdiff_t>(at), lower.end(), is_digit);
}

}  // namespace

PlainType plain_type(std::string_view text) noexcept {
    static constexpr std::array<std::string_view, 5> nulls = {"", "~", "null", "Null", "NULL"};
    static constexpr std::array<std::string_view, 6> booleans = {"true", "True", "TRUE", "false", "False", "FALSE"};
    static constexpr std::array<std::string_view, 16> others = {"yes", "Yes", "YES", "no",  "No", "NO", "on", "On",
                                                                "ON",  "off", "Off", "OFF", "y",  "Y",  "n",  "N"};
    if (is_among(text, nulls)) return PlainType::null;
    if (is_among(text, booleans)) return PlainType::boolean;
    if (is_among(text, others)) return PlainType::other_boolean;
    return is_yaml_number(text) ? PlainType::number : PlainType::text;
}

std::optional<long long> parse_integer(std::string_view text) noexcept {
    long long value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    // "0123" is 83 to YAML 1.1 and 123 to YAML 1.2: no number of ours.
    const auto digits = text.front() == '-' ? text.substr(1) : text;
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    return value;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept {
    if (text.size() < 2 || !is_digit(text.front())) return std::nullopt;
    const auto count = parse_integer(text.substr(0, text.size() - 1));
    if (!count || *count <= 0) return std::nullopt;
    long long unit = 0;
    switch (text.back()) {
        case 'd':
            unit = 24LL * 60 * 60;
            break;
        case 'h':
            unit = 60LL * 60;
            break;
        case 'm':
            unit = 60;
            break;
        case 's':
            unit = 1;
            break;
        default:
            return std::nullopt;
    }
    constexpr long long longest = 100LL * 366 * 24 * 60 * 60;
    if (*count > longest / unit) return std::nullopt;
    return std::chrono::seconds(*count * unit);
}

bool has_white_space(std::string_view text) noexcept {
    // U+00A0, U+200B..U+200F and U+2028/9, U+3000, U+FEFF as UTF-8; no other character contains these bytes in this
    // order.
    static constexpr std::array<std::string_view, 10> wide = {
        "\xC2\xA0",     "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\x8E",
        "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE3\x80\x80", "\xEF\xBB\xBF"};
    if (text.find_first_of(" \t\r\n\v\f") != std::string_view::npos) return true;
    return std::any_of(wide.begin(), wide.end(), [&](auto w) { return text.find(w) != std::string_view::npos; });
}

bool is_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > 63 || !is_lower(text.front()) || text.back() == '-') return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

std::string as_name(std::string_view text) {
    if (!text.empty() && is_digit(text.front())) return {};  // what to put in front of it, only its author knows
    std::string name;
    for (const char c : lower_case(text)) {
        if (is_lower(c) || (is_digit(c) && !name.empty()))
            name += c;
        else if (!name.empty() && !is_digit(c) && name.back() != '-')
            name += '-';
    }
    name.resize(std::min<std::size_t>(name.size(), 63));
    while (!name.empty() && name.back() == '-') name.pop_back();
    return name;
}

}  // namespace regent::manifest
