#pragma once

#include "cli/tenant.hpp"
#include "cli/workspace.hpp"
#include "model/snapshot.hpp"
#include "plan/planner.hpp"
#include "plan/safety.hpp"
#include "report/run_report.hpp"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace regent::cli {

/// A tenant read and a plan made: the part that plan and apply share, so that a dry run cannot differ from a real one.
struct Planned {
    model::Snapshot snapshot;
    plan::Plan plan;
    std::vector<plan::Refusal> refusals;
    report::RunReport report;  ///< points into `plan`; moved together with it, see make_report()
};

/// Reads the tenant and plans.
[[nodiscard]] tl::expected<Planned, provider::ProviderError> observe_and_plan(const Workspace& workspace,
                                                                              Tenant& tenant,
                                                                              const plan::History& history,
                                                                              const plan::Consent& consent);

[[nodiscard]] bool is_plan_format(const std::string& format);
/// Prints `report` the way `global.output` asks for.
void print_plan(const Planned& planned, const GlobalOptions& global, report::TextOptions text, Terminal& terminal);

/// Where history is kept: --state-dir, else $STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/regent, else
/// ~/.local/state/regent.
[[nodiscard]] std::filesystem::path state_file(const GlobalOptions& global);
/// Which tenant and environment a record is about: one file serves them all.
[[nodiscard]] std::string state_key(const model::Environment& environment);

[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);

}  // namespace regent::cli
