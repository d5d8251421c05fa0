#include "report/text_layout.hpp"

#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::report {
namespace {

/// Beyond it a single long name would push everything else off the screen.
constexpr std::size_t last_where_column = 72;
constexpr std::size_t least_path_width = 20;
/// What belongs to a longer path stands on the next line, in the column of all others.
constexpr std::size_t most_path_width = 44;
constexpr std::string_view indent = "      ";

}  // namespace

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(std::string_view text, std::size_t width) {
    const auto used = width_of(text);
    return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

TextLayout::TextLayout(const RunReport& report, Colour colour) : colour_(colour) {
    std::size_t longest = 0;
    for (const auto& resource : report.plan->resources) {
        if (resource.action == plan::Action::replace) sign_width_ = sign_of(plan::Action::replace).size();
        longest = std::max(longest, width_of(shown(resource.address)));
    }
    for (const auto& withheld : report.plan->withheld) longest = std::max(longest, width_of(shown(withheld.address)));
    where_column_ = std::clamp(2 + sign_width_ + 1 + longest + 3, where_column_, last_where_column);
    for (const auto& step : report.plan->steps)
        wave_width_ = std::max(wave_width_, fmt::format("{}", step.wave).size());
    step_column_ = where_column_ - 3;
    for (const auto& step : report.plan->steps) {
        if (!what_of(step).empty()) step_column_ = std::max(step_column_, width_of(step_words(step, true)));
    }
    step_column_ = std::min(step_column_, last_where_column);
}

std::string TextLayout::heading(std::string_view sign, Tone tone, const model::Address& address,
                                const std::string& where) const {
    const auto plain = fmt::format("  {} {}", padded(sign, sign_width_), shown(address));
    auto line = fmt::format("  {} {}", paint(padded(sign, sign_width_), tone, colour_),
                            paint(shown(address), Tone::heading, colour_));
    if (where.empty()) return line;
    const auto used = width_of(plain);
    return line + std::string(used + 3 <= where_column_ ? where_column_ - used : 3, ' ') + where;
}

std::string TextLayout::note(const std::string& text) const {
    return std::string(indent) + text;
}

std::string TextLayout::block(const std::vector<ChangeLine>& lines) const {
    std::size_t width = least_path_width;
    for (const auto& line : lines) width = std::clamp(width_of(line.path), width, most_path_width);
    std::string text;
    const std::string* path = nullptr;
    for (const auto& line : lines) {
        const bool again = path != nullptr && *path == line.path;
        path = &line.path;
        text += indent;
        const auto shown_path = again ? std::string() : model::with_visible_controls(line.path);
        text += width_of(shown_path) > width ? shown_path + "\n" + std::string(indent) + padded("", width)
                                             : padded(shown_path, width);
        text += "   ";
        if (line.sign != ' ') text += paint(std::string(1, line.sign), tone_of_sign(line.sign), colour_) + " ";
        text += line.text;
        if (!line.remark.empty()) text += "   " + paint("(" + line.remark + ")", Tone::dim, colour_);
        text += "\n";
    }
    return text;
}

std::string TextLayout::step_words(const plan::Step& step, bool with_wave) const {
    const auto wave = with_wave ? fmt::format("{}", step.wave) : std::string();
    return fmt::format("  {:>{}}  {} {}", wave, wave_width_, padded(word_for(step), 9), shown(step.address));
}

std::string TextLayout::step(const plan::Step& step, bool with_wave) const {
    const auto what = what_of(step);
    auto line = step_words(step, with_wave);
    if (what.empty()) return line;
    return padded(line, step_column_) + "   " + model::with_visible_controls(what);
}

}  // namespace regent::report
