#pragma once

#include <tl/expected.hpp>

#include <string>

namespace regent::report {

/// What an apply needs of a saved plan: which plan was approved, and for which environment. The plan itself is made
/// again and compared.
struct PlanFile {
    std::string plan_id;  ///< 64 hex digits, without "sha256:"
    std::string environment;
    std::string format_version;
};

struct PlanFileError {
    std::string message;
    std::string help;
};

/// Reads what `regent plan --out FILE` wrote, which is the JSON report. A newer minor version is read, a newer major
/// one refused.
[[nodiscard]] tl::expected<PlanFile, PlanFileError> read_plan_file(const std::string& text);

/// The first member in which two plans of one id (JSON, as `regent plan --out` writes it) say different things, or an
/// empty text. When and by whom it was planned, and on which line something is declared, is no difference.
[[nodiscard]] std::string first_difference(const std::string& written, const std::string& made_again);

}  // namespace regent::report
