#pragma once

#include "model/environment.hpp"
#include "model/snapshot.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace regent::plan {

/// Rates every change of `plan` and every object: how risky it is, and in one sentence why. What is low needs no
/// sentence.
///
/// A rating is about what the change would allow, not about who asked for it: what puts drift back is rated like any
/// other. It never enters the plan's id.
void rate_risks(Plan& plan, const model::Environment& environment, const model::Snapshot& observed);

/// Of what happens to an object as a whole, whatever is in it: what its `risk_reason` is about.
[[nodiscard]] model::Risk risk_of_action(const ResourceChange& resource);

/// One thing a reviewer should look at: a change, or what happens to an object as a whole.
struct RiskNote {
    model::Risk risk = model::Risk::low;
    const ResourceChange* resource = nullptr;
    const Change* change = nullptr;  ///< null pointer: it is about the object
    std::string reason;
    [[nodiscard]] const model::Place& place() const noexcept;
};

/// What is riskier than low, the riskiest first, otherwise in the order of the plan. Points into `plan`.
[[nodiscard]] std::vector<RiskNote> risk_notes(const Plan& plan);
/// The same with what is of low risk behind it, without a reason. An object that is made or goes is one thing there,
/// whatever is in it.
[[nodiscard]] std::vector<RiskNote> all_risk_notes(const Plan& plan);

/// "redirectUris.web", "federatedCredentials \"deploy\"".
[[nodiscard]] std::string name_of(const Change& change);

/// The highest of all its objects.
[[nodiscard]] model::Risk highest_risk(const Plan& plan) noexcept;

}  // namespace regent::plan
