#pragma once

#include "report/run_report.hpp"

#include <string>

namespace regent::report {

/// `place` with its path from the root of the git repository, without a column: plans point at lines. Where there is
/// none, the Environment's own file stands for it, since services take no finding without a file.
[[nodiscard]] model::Span place_in_git(const model::Place& place, const RunReport& report);
[[nodiscard]] model::Span span_in_git(const model::Span& span, const RunReport& report);

}  // namespace regent::report
