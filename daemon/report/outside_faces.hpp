#pragma once

#include "report/run_report.hpp"

#include <string>

namespace regent::report {

// Faces of a plan for other people's programs. Paths in them begin at the root of the git repository.

/// A SARIF 2.1.0 log: what cannot be done, risks, mistakes that the tenant revealed, what was changed outside. One
/// result each, at its line.
[[nodiscard]] std::string write_sarif(const RunReport& report);
/// JUnit XML, one case for each object: it fails when the tenant is not as its manifest says, also where that cannot be
/// mended before a person acts. With `drift_only`, only
/// what was changed outside fails.
[[nodiscard]] std::string write_junit(const RunReport& report, bool drift_only);
/// Annotations for a pull request on GitHub: mistakes, refusals and what cannot be done are errors, high risks
/// warnings, medium ones notices, and the summary is one more.
[[nodiscard]] std::string write_github(const RunReport& report);
/// One file for a browser, without any script: light and dark, for a phone and for paper.
[[nodiscard]] std::string write_html(const RunReport& report);

}  // namespace regent::report
