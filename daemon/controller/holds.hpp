#pragma once

#include "controller/status.hpp"
#include "plan/plan.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::controller {

/// Why an object is not to be written just now, although a plan would.
struct Hold {
    enum class Why {
        paused,        ///< a person said so
        backing_off,   ///< it failed a while ago; `until` is the next try
        breaker_open,  ///< it was written again and again and does not stay as written
        mistaken       ///< its manifest, or that of one it needs, asks for what the tenant does not have
    };
    Why why = Why::paused;
    std::string message;
    std::optional<Time> until;
};
using Holds = std::map<model::Address, Hold>;

struct HeldPlan {
    plan::Plan plan;  ///< without the steps of held objects and without those that need one of them
    /// Objects some of whose steps were left out because they need a step of another, held object; and that object.
    std::map<model::Address, model::Address> waits_for;
};

/// Takes the steps of held objects out of `plan`. Its id, resources and counts stay: they say what is wanted.
[[nodiscard]] HeldPlan without_held(const plan::Plan& plan, const Holds& holds);

/// What is remembered of one object between runs.
struct ObjectMemory {
    int failures = 0;  ///< runs in a row in which it failed
    std::optional<Time> next_try;
    /// What the service fills in by itself has not come yet: since when, and when to look again. It holds nothing up.
    std::optional<Time> waits_since, next_look;
    std::string error_code, error_help, request_id;
    /// Runs in a row that wrote it although nobody asked for anything new: it does not stay as written.
    int rewrites = 0;
    std::string last_written_revision;
    std::optional<Time> breaker_until;
    int breaker_opened = 0;  ///< times in a row: each one is longer
    std::optional<Time> last_change;
    std::string last_change_summary;
};

/// How long to leave an object alone after its `failures`th failure in a row: 30 s, doubling, 15 min at most.
/// `retry_after` of the service is waited in full. What a service refuses for good, or forbids, is tried every 15
/// minutes only: a manifest that changed or `regent reconcile` tries at once.
[[nodiscard]] std::chrono::seconds back_off(int failures, bool permanent, std::chrono::milliseconds retry_after);

/// When to look again for what the service fills in by itself and has not after `waited`: 5 s, an eighth of what it has
/// taken, 15 min at most. Until it is there nobody can sign in, and it may never come.
[[nodiscard]] std::chrono::seconds look_again_after(std::chrono::nanoseconds waited);

/// Runs in a row that may rewrite an object before regent stops.
inline constexpr int rewrites_allowed = 5;
/// How long the breaker stays open after it opened for the `opened`th time in a row: 1 h, doubling, 8 h at most.
[[nodiscard]] std::chrono::seconds breaker_pause(int opened);

/// What stands in the way at `now`. `pauses` are those of the environment; one without an address is the caller's
/// business.
[[nodiscard]] Holds holds_at(Time now, const std::map<model::Address, ObjectMemory>& memory,
                             const std::vector<Pause>& pauses);

}  // namespace regent::controller
