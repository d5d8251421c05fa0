#pragma once

#include "report/change_lines.hpp"
#include "report/paint.hpp"
#include "report/run_report.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace regent::report {

/// Columns a terminal needs for `text`: one for each code point. Wide characters are rare enough in names to be off by
/// one.
[[nodiscard]] std::size_t width_of(std::string_view text);
/// `text` and blanks up to `width`.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// Where things stand on a line of a text report. Columns follow the longest object name of the plan, so that one
/// report lines up.
class TextLayout {
public:
    TextLayout(const RunReport& report, Colour colour);

    /// "  + Application/arm-connector                      base/arm-connector.regent.yaml:2"
    [[nodiscard]] std::string heading(std::string_view sign, Tone tone, const model::Address& address,
                                      const std::string& where) const;
    /// A line under a heading.
    [[nodiscard]] std::string note(const std::string& text) const;
    /// The changes under a heading, each ending in a newline; a path is written once for all its members.
    [[nodiscard]] std::string block(const std::vector<ChangeLine>& lines) const;
    /// "  2  issue     Application/arm-connector   secret \"arm\"" ; without its wave when an earlier line has it.
    [[nodiscard]] std::string step(const plan::Step& step, bool with_wave) const;

private:
    [[nodiscard]] std::string step_words(const plan::Step& step, bool with_wave) const;

    Colour colour_;
    std::size_t sign_width_ = 1;
    std::size_t where_column_ = 49;  ///< as far as most names need; longer ones move it
    std::size_t wave_width_ = 1;
    std::size_t step_column_ = 46;  ///< where it begins what a step is about
};

}  // namespace regent::report
