#pragma once

#include "controller/keys_on_this_machine.hpp"
#include "controller/tenant.hpp"
#include "controller/workspace.hpp"
#include "model/snapshot.hpp"
#include "plan/planner.hpp"
#include "plan/safety.hpp"
#include "report/run_report.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <vector>

namespace regent::controller {

/// A tenant read and a plan made: the part that plan, apply and the service share, so that a dry run cannot differ from
/// a real one.
struct Planned {
    model::Snapshot snapshot;
    plan::Plan plan;
    std::vector<plan::Refusal> refusals;
    std::vector<UncomparedKey> uncompared_keys;
    bool from_memory = false;  ///< some of `snapshot` is what an earlier look found
    report::RunReport report;  ///< points into `plan`: set report.plan again after a move
};

/// Reads the tenant and plans. `progress` is told what the read is at. `order`: for somebody who looks again and again;
/// without one everything is read.
[[nodiscard]] tl::expected<Planned, provider::ProviderError> observe_and_plan(
    const Workspace& workspace, Tenant& tenant, const plan::History& history, const plan::Consent& consent,
    provider::ReadProgress& progress = provider::unwatched(), const provider::ReadOrder* order = nullptr,
    const std::vector<plan::RotationRequest>& rotations = {});

/// Which tenant and environment a record is about: one file serves them all.
[[nodiscard]] std::string state_key(const model::Environment& environment);

[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);
/// The same with milliseconds, for what is subtracted later.
[[nodiscard]] std::string exact_rfc3339(std::chrono::system_clock::time_point time);
/// What these two write; nothing for anything else.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text);

}  // namespace regent::controller
