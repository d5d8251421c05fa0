#pragma once

#include "plan/plan.hpp"
#include "provider/provider.hpp"
#include "store/store.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace regent::apply {

enum class StepState {
    done,
    failed,   ///< `error` says why
    waiting,  ///< a value the service makes is not there yet (ErrorKind::not_yet): normal for minutes, the next run
              ///< goes on
    skipped,  ///< waits for a step that failed; `waits_for` names its object
    stopped   ///< the run was interrupted before it began
};

struct StepOutcome {
    int step = 0;  ///< plan::Step::id
    StepState state = StepState::skipped;
    std::chrono::milliseconds took{0};
    std::string detail;  ///< "appId 0d4c5b6a-…"
    provider::ProviderError error;
    model::Address waits_for;
};

struct ApplyResult {
    std::vector<StepOutcome> outcomes;  ///< one per step, in the plan's order
    bool interrupted = false;
    /// What went wrong beside the steps: the history could not be written. The tenant is as the outcomes say.
    std::vector<std::string> warnings;
    [[nodiscard]] bool complete() const noexcept;  ///< every step done
};

/// Told about progress, from the threads that run the steps: from changing threads, but never from two at once. Must be
/// quick, since the steps wait for it. A step's calls come in their order; a step that never began has only its
/// step_finished().
class Listener {
public:
    virtual ~Listener() = default;
    virtual void step_started(const plan::Step& step) = 0;
    virtual void step_progress(const plan::Step& step, std::string_view words) = 0;
    virtual void step_finished(const plan::Step& step, const StepOutcome& outcome) = 0;
};

/// A point in an apply at which a crash test may end the process. Each step passes, in this order, "before_intent",
/// "after_intent", "before_send", "after_answer", "after_outcome", "after_observed"; also steps that need no intent,
/// where the first two are one moment. What it throws ends the run like a crash: no step begins any more, and run()
/// throws it on. Empty in the service.
using CrashPoint = std::function<void(std::string_view name, const plan::Step& step)>;

struct ApplierOptions {
    /// What the Store files this environment under; empty: the plan's environment. Two tenants may each have an
    /// environment "dev".
    std::string environment_key;
    std::string repository;                   ///< of the manifests, to be remembered of what they declare
    int parallel = 4;                         ///< steps under way at once; always one per object
    const std::atomic<bool>* stop = nullptr;  ///< set by a signal: running steps finish, no other begins
    /// Asked before each step, from the threads that run them. One that may not begin is stopped, and what needs it.
    std::function<bool(const plan::Step& step)> may_begin;
    CrashPoint crash_point;
    std::function<std::string()> new_operation_id;               ///< 8 hex digits; required
    std::function<std::chrono::system_clock::time_point()> now;  ///< required
};

/// Carries out a plan: in dependency order, `parallel` at a time, one write in flight per object; fills References in
/// from the outputs of earlier steps and of the snapshot; hands secrets from the step that issues them to the steps
/// that need them and forgets them; journals before every creation without a key and after it. When a step fails, what
/// depends on it is skipped and its neighbours go on.
class Applier {
public:
    /// Nothing is owned; all of it outlives the Applier.
    Applier(std::vector<provider::Writer*> writers, store::Store& store, Listener& listener, ApplierOptions options);
    /// Blocks until every step has its outcome. Uses up to `parallel` threads of its own.
    [[nodiscard]] ApplyResult run(const plan::Plan& plan, const model::Snapshot& observed);

private:
    std::vector<provider::Writer*> writers_;
    store::Store& store_;
    Listener& listener_;
    ApplierOptions options_;
};

}  // namespace regent::apply
