#include "report/paint.hpp"

#include <fmt/format.h>

namespace regent::report {
namespace {

/// Parameters of "select graphic rendition" (ECMA-48, 8.3.117). Colours are the terminal's own first eight, which
/// follow its theme.
std::string_view parameters_of(Tone tone) noexcept {
    switch (tone) {
        case Tone::plain:
            return "";
        case Tone::heading:
            return "1";
        case Tone::create:
            return "32";
        case Tone::update:
            return "33";
        case Tone::remove:
            return "31";
        case Tone::replace:
            return "35";
        case Tone::adopt:
            return "36";
        case Tone::dim:
            return "2";
        case Tone::warning:
            return "1;33";
    }
    return "";
}

}  // namespace

std::string paint(std::string_view text, Tone tone, Colour colour) {
    const auto parameters = parameters_of(tone);
    if (colour == Colour::off || parameters.empty() || text.empty()) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", parameters, text);
}

Tone tone_of(plan::Action action) noexcept {
    switch (action) {
        case plan::Action::none:
            return Tone::plain;
        case plan::Action::create:
            return Tone::create;
        case plan::Action::adopt:
            return Tone::adopt;
        case plan::Action::update:
            return Tone::update;
        case plan::Action::replace:
            return Tone::replace;
        case plan::Action::remove:
            return Tone::remove;
    }
    return Tone::plain;
}

Tone tone_of_sign(char sign) noexcept {
    if (sign == '+') return Tone::create;
    if (sign == '-') return Tone::remove;
    if (sign == '~') return Tone::update;
    return Tone::plain;
}

}  // namespace regent::report
