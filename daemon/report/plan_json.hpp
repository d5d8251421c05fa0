#pragma once

#include "plan/plan.hpp"
#include "report/run_report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::report {

/// What a reader of the JSON forms compares first. Additions raise the minor number, everything else the major one.
inline constexpr std::string_view format_version = "1.1";
inline constexpr int format_major = 1;

[[nodiscard]] nlohmann::ordered_json change_json(const plan::ResourceChange& resource);
[[nodiscard]] nlohmann::ordered_json withheld_json(const plan::Withheld& withheld);
[[nodiscard]] nlohmann::ordered_json refusal_json(const plan::Refusal& refusal);
[[nodiscard]] nlohmann::ordered_json problem_json(const model::Diagnostic& problem);
/// One entry for each change made outside, of objects that are planned and of such that are withheld.
[[nodiscard]] nlohmann::ordered_json drift_json(const plan::Plan& plan);
/// What is riskier than low, the riskiest first.
[[nodiscard]] nlohmann::ordered_json risks_json(const RunReport& report);
/// "sha256:" and its digits; null where there is no plan.
[[nodiscard]] nlohmann::ordered_json plan_id_json(const plan::Plan& plan);
[[nodiscard]] nlohmann::ordered_json summary_json(const plan::Plan& plan);

/// JSON text. Bytes that are no UTF-8 become U+FFFD, DEL and the C1 controls are escaped, so that it can be shown on a
/// terminal.
[[nodiscard]] std::string dump(const nlohmann::ordered_json& json, int indent);

}  // namespace regent::report
