#pragma once

#include "plan/plan.hpp"
#include "report/run_report.hpp"

#include <string>
#include <string_view>

namespace regent::report {

enum class Tone { plain, heading, create, update, remove, replace, adopt, dim, warning };

/// `text` in the colour of `tone`; as it is when colour is off. The one place that knows escape sequences: nothing is
/// said by colour alone, so that a report without colours says the same.
[[nodiscard]] std::string paint(std::string_view text, Tone tone, Colour colour);
[[nodiscard]] Tone tone_of(plan::Action action) noexcept;
/// Of a line's sign: '+', '-', '~', or blank.
[[nodiscard]] Tone tone_of_sign(char sign) noexcept;

}  // namespace regent::report
