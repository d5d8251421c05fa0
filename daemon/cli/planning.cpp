#include "cli/planning.hpp"

#include "manifest/well_known_apis.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace regent::cli {
namespace {

namespace fs = std::filesystem;

std::string apply_command(const GlobalOptions&, const plan::Plan& plan) {
    return fmt::format("regent apply -e {} --expect-plan {}", plan.environment, plan.id.substr(0, 8));
}

}  // namespace

std::string rfc3339(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

tl::expected<Planned, provider::ProviderError> observe_and_plan(const Workspace& workspace, Tenant& tenant,
                                                                const plan::History& history,
                                                                const plan::Consent& consent) {
    const auto begun = tenant.clock().monotonic();
    const auto before = tenant.counters().requests;
    auto snapshot = tenant.observe(plan::scope_of(workspace.graph, history.remote_ids));
    if (!snapshot) return tl::unexpected(std::move(snapshot.error()));
    Planned planned;
    planned.snapshot = std::move(*snapshot);
    planned.plan = plan::make_plan(workspace.graph, planned.snapshot, history, tenant.clock().now());
    planned.refusals = plan::check_safety(planned.plan, workspace.graph, consent);
    auto& report = planned.report;
    report.refusals = planned.refusals;
    report.max_deletes = consent.max_deletes.value_or(workspace.environment.policy.max_deletes);
    report.revision = workspace.revision.text();
    report.timestamp = rfc3339(planned.snapshot.taken_at);
    report.objects_read = planned.snapshot.resources.size() + planned.snapshot.orphans.size();
    report.requests = tenant.counters().requests - before;
    report.read_took = std::chrono::duration_cast<std::chrono::milliseconds>(tenant.clock().monotonic() - begun);
    for (const auto& api : manifest::well_known_apis())
        report.api_names.emplace(std::string(api.app_id), std::string(api.name));
    report.apply_command = apply_command({}, planned.plan);
    return planned;
}

bool is_plan_format(const std::string& format) {
    return format == "text" || format == "json" || format == "jsonl" || format == "markdown" || format == "diff";
}

void print_plan(const Planned& planned, const GlobalOptions& global, report::TextOptions text, Terminal& terminal) {
    auto report = planned.report;
    report.plan = &planned.plan;
    const bool colour = wants_colour(global.colour, terminal.out_is_terminal(), environment_variable);
    text.colour = colour ? report::Colour::on : report::Colour::off;
    text.quiet = global.quiet;
    if (global.output == "text") {
        terminal.out(report::write_text(report, text));
    } else if (global.output == "json") {
        terminal.out(report::write_json(report));
    } else if (global.output == "jsonl") {
        terminal.out(report::write_jsonl(report));
    } else if (global.output == "markdown") {
        terminal.out(report::write_markdown(report));
    } else if (global.output == "diff") {
        terminal.out(report::write_diff(report, text.colour));
    }
}

fs::path state_file(const GlobalOptions& global) {
    if (!global.state_directory.empty()) return global.state_directory / "regent.db";
    if (const auto directory = environment_variable("STATE_DIRECTORY"); directory && !directory->empty()) {
        return fs::path(directory->substr(0, directory->find(':'))) / "regent.db";
    }
    if (const auto state = environment_variable("XDG_STATE_HOME"); state && !state->empty())
        return fs::path(*state) / "regent" / "regent.db";
    const auto home = environment_variable("HOME");
    return fs::path(home.value_or("/var/lib")) / ".local" / "state" / "regent" / "regent.db";
}

std::string state_key(const model::Environment& environment) {
    // The origin is part of it: a simulator on the same machine is another tenant, whatever its id.
    return fmt::format("{} {} {}.{}", environment.endpoints.graph, environment.tenant_id, environment.owner,
                       environment.name);
}

}  // namespace regent::cli
