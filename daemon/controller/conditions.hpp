#pragma once

#include "apply/applier.hpp"
#include "controller/holds.hpp"
#include "controller/status.hpp"
#include "model/snapshot.hpp"
#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"
#include "provider/provider_error.hpp"
#include "report/run_report.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::controller {

/// Why a run left differences as they are, for the whole environment.
enum class LeftAlone {
    no,              ///< it did not: what could be written was
    plan_mode,       ///< the service or the environment only looks
    needs_approval,  ///< the plan waits for `regent approve`
    refused,         ///< another guard
    paused,          ///< the environment is paused, or in a freeze window
    state_broken     ///< the database cannot be written
};

/// What one run knows about an environment when it is over. Nothing is owned.
struct RunFacts {
    const plan::DesiredGraph& desired;
    const plan::Plan& before;         ///< the plan that the run began with
    const plan::Plan& now;            ///< the plan at its end: empty of what was done and stayed
    const model::Snapshot& snapshot;  ///< at its end
    const report::RunReport& report;  ///< for the words
    const std::map<model::Address, apply::StepOutcome>&
        outcomes;  ///< the most telling one of each object that had steps
    const Holds& holds;
    const std::map<model::Address, model::Address>& waits_for;
    LeftAlone left_alone = LeftAlone::no;
    std::string left_alone_message;  ///< "freeze window `weekend` until …"
    std::string revision;
    std::chrono::seconds warn_before_expiry{0};
    Time at{};
};

/// `plan` with those objects of `desired` that it has no line for, since they are left alone as a whole: another's, one
/// of several that may be meant, with a mistake that only the tenant shows. They are objects of the environment like
/// any other. Nothing when there are none.
[[nodiscard]] std::optional<plan::Plan> with_objects_left_alone(const plan::Plan& plan,
                                                                const plan::DesiredGraph& desired,
                                                                const model::Snapshot& observed);

/// The status of every object of an environment after a run, of those that `facts.now` has a line for. `previous` (by
/// address) gives what goes on: since when a condition holds, and Ready where a throttled or paused object keeps it.
/// Pure.
[[nodiscard]] std::vector<ObjectStatus> objects_after(const RunFacts& facts,
                                                      const std::map<model::Address, ObjectStatus>& previous,
                                                      const std::map<model::Address, ObjectMemory>& memory,
                                                      const std::vector<Pause>& pauses);

/// The secrets and certificates of all applications, ours or not; soonest end first.
[[nodiscard]] std::vector<CredentialStatus> credentials_in(const plan::DesiredGraph& desired, const plan::Plan& plan);

/// What a failure means for the object it hit.
[[nodiscard]] ConditionReason reason_of(provider::ErrorKind kind) noexcept;
/// True for failures that the same request would meet again: a person has to do something.
[[nodiscard]] bool is_permanent(provider::ErrorKind kind) noexcept;

/// Of two outcomes of one object's steps, the one that says more about the object: failed, waiting, stopped, skipped,
/// done.
[[nodiscard]] const apply::StepOutcome& more_telling(const apply::StepOutcome& a, const apply::StepOutcome& b) noexcept;

}  // namespace regent::controller
