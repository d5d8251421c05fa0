#pragma once

#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace regent::plan {

/// Somebody wants a new secret now.
struct RotationRequest {
    model::Address application;
    std::string secret;
    std::optional<std::chrono::seconds> keep_old;  ///< unset: as the manifest says
};

/// Compares the two states and plans the difference, as far as policy and management allow.
///
/// Does not fail: what cannot be planned (a name held by a foreign owner, an adopt target that is not there) is
/// withheld with its reason, what depends on it waits, and the rest is planned. `observed` counts as one moment. `now`
/// decides only whether a secret is due for rotation or removal, and whether an answer may be too old to show what was
/// made: `replication_grace` is how long a write to Graph may stay invisible. A rotation that was asked for counts as
/// one that is due.
///
/// Promises, each a property test: applying the plan and planning again gives an empty plan; the order of manifests
/// does not matter; no step touches what is neither ours nor adopted; elements that nobody declared stay unless the
/// object's manifest declares their list; nothing is removed with OnRemoval::keep.
[[nodiscard]] Plan make_plan(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                             std::chrono::system_clock::time_point now,
                             const std::vector<RotationRequest>& rotations = {},
                             std::chrono::seconds replication_grace = std::chrono::minutes(2));

/// The client secrets that the manifest of `application` declares.
[[nodiscard]] std::vector<std::string> secret_names(const DesiredGraph& desired, const model::Address& application);

/// Of `plan` only what renews one secret: issuing it, handing it to everybody, taking the old one away, and what those
/// need. Its id stays: it says what was looked at.
[[nodiscard]] Plan only_rotation(const Plan& plan, const RotationRequest& rotation);

/// The hash a reviewer approves: over the desired values, the observed values and the plan format's version. Times,
/// places in files and the wording of messages are not part of it.
[[nodiscard]] std::string plan_id(const DesiredGraph& desired, const model::Snapshot& observed, const Plan& plan);

}  // namespace regent::plan
