#include "service/shown_text.hpp"

#include "manifest/display_text.hpp"
#include "manifest/utf8.hpp"
#include "net/redact.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace regent::service {

namespace {

constexpr std::string_view ellipsis = "…";

// The marks (LRM, RLM, ALM) reorder less than the overrides do, but a journal has no use for them.
// https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
bool is_bidi_mark(char32_t value) noexcept {
    return value == 0x200E || value == 0x200F || value == 0x061C;
}

}  // namespace

std::string shown(std::string_view text, std::size_t max_bytes) {
    // A bound before any work: what a service sends back may be megabytes. Redacted before it is cut, since half a
    // token no longer looks like one; hence four times of what can be shown.
    const auto looked_at = net::redact(text.substr(0, 4 * max_bytes + 4096));
    std::string_view rest = looked_at;
    std::string out;
    std::size_t last_fitting = 0;  // where the cut would be
    while (!rest.empty()) {
        const auto decoded = manifest::decode_utf8(rest);
        if (decoded.valid && is_bidi_mark(decoded.value)) {
            out += fmt::format("<U+{:04X}>", static_cast<std::uint32_t>(decoded.value));
            rest.remove_prefix(decoded.bytes);
        } else {
            const auto character = manifest::first_character(rest);
            out += character.shown;
            rest.remove_prefix(character.bytes);
        }
        if (out.size() + ellipsis.size() <= max_bytes) last_fitting = out.size();
        if (out.size() > max_bytes) {
            out.resize(last_fitting);
            out += ellipsis;
            return out;
        }
    }
    return out;
}

}  // namespace regent::service
