#pragma once

#include "plan/plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace regent::report {

/// What is to be said of one credential, in columns: name, "secret", "ends 2027-03-13", "renewed 2027-02-11".
[[nodiscard]] std::vector<std::string> credential_columns(const plan::CredentialFact& fact);

/// All of them with their applications, one line each, for a text report.
[[nodiscard]] std::vector<std::string> credential_lines(const plan::Plan& plan);
/// A folded table; empty when there are none.
[[nodiscard]] std::string credential_table(const plan::Plan& plan);
[[nodiscard]] nlohmann::ordered_json credentials_json(const plan::Plan& plan);

}  // namespace regent::report
