#pragma once

#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"
#include "plan/secrets.hpp"
#include "plan/steps.hpp"

namespace regent::plan {

/// Whether `orphan` is removed by this plan, rather than kept, as far as that is not about who still uses it.
[[nodiscard]] bool is_removed(const model::ObservedResource& orphan, const DesiredGraph& desired,
                              const model::Snapshot& observed, const Items& items, const History& history);
/// Whether it is removed: nobody goes on using it, either.
[[nodiscard]] bool goes(const model::ObservedResource& orphan, const DesiredGraph& desired,
                        const model::Snapshot& observed, const Items& items, const History& history);
/// The key of the step that removes it.
[[nodiscard]] std::string removal_key(const model::ObservedResource& orphan);

/// What is ours in the tenant and wanted by no manifest: removed when the policy says so, withheld with its reason
/// otherwise. Removals come after every other step and only when all of those succeeded; connectors before the
/// applications they sign in with; an application that a connector goes on using stays, and so does one a secret of
/// which is in a place that this plan hands no other one. Only what has to wait for a removal comes after it: a secret
/// that the connector had, a title or an identifier URI that another one takes over.
void plan_removals(const DesiredGraph& desired, const model::Snapshot& observed, const Items& items,
                   const History& history, const Secrets& secrets, StepGraph& steps, Plan& plan);

}  // namespace regent::plan
