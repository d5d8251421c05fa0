#pragma once

#include "model/survey.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace regent::controller {

/// What is set on an application and in no manifest of it, whatever that says: one line each, with the reason. Secrets
/// nobody can read, consent without its permission, who holds its roles, keys whose files are not in the tenant, what
/// could not be read.
[[nodiscard]] std::vector<std::string> remarks_on(const model::SurveyedApplication& application,
                                                  const model::Survey& survey);

/// One that matches by an expression, which Graph v1.0 does not show.
[[nodiscard]] bool is_flexible(const model::Value& federated_credential);

/// The text of `member`; empty: there is none.
[[nodiscard]] std::string member_text(const model::Value& value, std::string_view member);

}  // namespace regent::controller
