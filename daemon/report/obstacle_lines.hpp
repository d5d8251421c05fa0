#pragma once

#include "report/run_report.hpp"

#include <string>
#include <vector>

namespace regent::report {

/// What a manifest asks for and a plan cannot bring about, for a reader who looks at files: `apply` ends with 5 for it.
struct ObstacleLine {
    bool passes = false;  ///< nobody has to act
    std::string object;   ///< "Application/portal"
    std::string text;
    std::string help;  ///< may be empty
    model::Span span;  ///< from the root of the git repository
};

/// Those first that only a person can mend: services cut such lists short.
[[nodiscard]] std::vector<ObstacleLine> obstacle_lines(const RunReport& report);

}  // namespace regent::report
