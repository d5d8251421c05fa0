#pragma once

#include "model/environment.hpp"
#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// Why a plan must not be carried out although it could be. Exit code 6.
struct Refusal {
    enum class Guard { deletes, delete_share, empty_source, plan_changed, approval_missing, mode_plan, risk };
    Guard guard;
    std::string message;  ///< quotes the numbers
    std::string help;     ///< how to insist, or what to look at first
};
[[nodiscard]] std::string_view to_string(Refusal::Guard guard) noexcept;
/// "RG0801" …: what `regent explain` is asked.
[[nodiscard]] std::string_view code_of(Refusal::Guard guard) noexcept;

/// What the person or the caller brought along.
struct Consent {
    std::string expected_plan;               ///< id or its beginning (8 digits at least); empty: none
    std::optional<std::size_t> max_deletes;  ///< overrides the policy's for this run
    /// A plan with a change of this risk or a higher one is refused, whoever approved it.
    std::optional<model::Risk> fail_on_risk = std::nullopt;
};

/// Nothing when `expected` (as in Consent) means the plan with the id `plan_id`; else why it does not. `changed` says
/// what may have happened since somebody read that plan.
[[nodiscard]] std::optional<Refusal> check_expected_plan(std::string_view expected, std::string_view plan_id,
                                                         std::string_view changed);

/// Checks a plan against the environment's limits. Called after the report is written, so that a refused plan can be
/// read.
[[nodiscard]] std::vector<Refusal> check_safety(const Plan& plan, const DesiredGraph& desired, const Consent& consent);

}  // namespace regent::plan
