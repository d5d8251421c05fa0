#pragma once

#include "plan/token_trust.hpp"
#include "report/run_report.hpp"

#include <string>
#include <vector>

namespace regent::report {

/// A token held against the credentials of one environment. Of the token only issuer, subject and audience are here.
struct TokenReport {
    std::string environment;
    bool live = false;  ///< credentials are those of the tenant, not of the manifests
    plan::TokenClaims token;
    std::vector<std::string> notes;                             ///< "its time is over", "it is signed with ES256"
    const std::vector<plan::TrustVerdict>* verdicts = nullptr;  ///< not owned

    [[nodiscard]] bool matches() const noexcept {
        return verdicts != nullptr && !verdicts->empty() && verdicts->front().match == plan::TrustMatch::exact;
    }
};

/// Which credential would take it; and for near misses what differs, with a caret at the first character that does.
[[nodiscard]] std::string write_text(const TokenReport& report, Colour colour);
[[nodiscard]] std::string write_json(const TokenReport& report);

}  // namespace regent::report
