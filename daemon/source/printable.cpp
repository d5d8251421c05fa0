#include "source/printable.hpp"

#include <cstdint>

namespace regent::source {
namespace {

struct Rune {
    std::uint32_t value = 0;
    std::size_t length = 1;
    bool valid = false;
};

Rune next_rune(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const auto lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
    std::uint32_t value = lead & (0xffU >> (length + 1));
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xc0U) != 0x80) return {};
        value = (value << 6U) | (byte(at) & 0x3fU);
    }
    const std::uint32_t smallest = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (value < smallest || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
    return {value, length, true};
}

bool must_not_be_shown(std::uint32_t rune) {
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || (rune >= 0x200e && rune <= 0x200f) ||
           (rune >= 0x2028 && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069) || rune == 0xfeff;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
    std::string shown;
    while (!text.empty()) {
        const auto rune = next_rune(text);
        if (shown.size() + rune.length > limit) return shown + "…";
        if (!rune.valid) {
            shown += '?';
        } else if (must_not_be_shown(rune.value)) {
            shown += ' ';
        } else {
            shown += text.substr(0, rune.length);
        }
        text.remove_prefix(rune.length);
    }
    while (!shown.empty() && shown.back() == ' ') shown.pop_back();
    return shown;
}

}  // namespace regent::source
