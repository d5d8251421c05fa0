#pragma once

#include "plan/risk.hpp"
#include "report/run_report.hpp"

#include <string>
#include <vector>

namespace regent::report {

/// One risk as a person reads it, everything from a tenant with visible control characters.
struct RiskLine {
    model::Risk risk = model::Risk::low;
    std::string object;  ///< "Application/portal"
    std::string what;    ///< "redirectUris.web \"https://…\""; "deleted"
    std::string reason;
    model::Place place;
};
/// The riskiest first.
[[nodiscard]] std::vector<RiskLine> risk_lines(const RunReport& report);

/// "1 high, 2 medium"; empty when everything is low.
[[nodiscard]] std::string risk_counts(const std::vector<RiskLine>& lines);

}  // namespace regent::report
