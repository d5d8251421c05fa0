#pragma once

#include "report/run_report.hpp"

#include <string>
#include <vector>

namespace regent::report {

/// One warning for a reader who looks at files: what the manifests are warned of, and what the plan says of objects.
struct WarningLine {
    std::string code;    ///< "RG0522"; empty where the warning is of the plan and has none
    std::string object;  ///< "Application/portal"; empty where the warning is of a file
    std::string text;
    std::string help;  ///< may be empty
    model::Span span;  ///< from the root of the git repository
};

[[nodiscard]] std::vector<WarningLine> warning_lines(const RunReport& report);

}  // namespace regent::report
