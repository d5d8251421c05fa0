#pragma once

#include "model/place.hpp"

#include <string>
#include <vector>

namespace regent::formats {

/// What a SARIF log says of one kind of finding. Its id is what services follow a finding by, so it never changes.
struct SarifRule {
    std::string id;     ///< "RG0204", "risk-high"
    std::string title;  ///< one line
    std::string help;   ///< the lesson; may be empty
};

enum class SarifLevel { error, warning, note };

struct SarifResult {
    std::string rule_id;
    SarifLevel level = SarifLevel::error;
    std::string message;
    model::Span span;  ///< path from the root of the git repository; a file at least, or services refuse the log
    std::vector<std::pair<model::Span, std::string>> related;
};

/// A SARIF 2.1.0 log of one run. Rules that no result names are left out; columns count Unicode characters.
/// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
[[nodiscard]] std::string write_sarif(const std::string& tool_version, const std::vector<SarifRule>& rules,
                                      const std::vector<SarifResult>& results);

}  // namespace regent::formats
