#pragma once

#include "controller/conditions.hpp"
#include "controller/status.hpp"

#include <string>
#include <vector>

namespace regent::controller {

/// What a run means for one object: its condition Ready, and what the others follow from.
struct Verdict {
    ConditionStatus ready = ConditionStatus::yes;
    ConditionReason reason = ConditionReason::in_sync;
    std::string message;
    bool keep_ready = false;  ///< Ready stays what it was: throttled, paused
    bool synced = true;
    bool stalled = false;  ///< it will not mend by itself
};

/// Of each object in `facts.now`, in that order.
[[nodiscard]] std::vector<Verdict> verdicts_of(const RunFacts& facts);

/// "2026-11-26 10:53 UTC"
[[nodiscard]] std::string moment(Time time);

}  // namespace regent::controller
