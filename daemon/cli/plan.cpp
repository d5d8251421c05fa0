#include "cli/commands.hpp"
#include "cli/daemon_configuration.hpp"
#include "cli/left_to_exit.hpp"
#include "cli/messages.hpp"
#include "cli/plan_output.hpp"
#include "cli/read_display.hpp"
#include "cli/repository.hpp"
#include "cli/sign_in.hpp"
#include "controller/doctor.hpp"
#include "controller/planning.hpp"
#include "controller/remembering.hpp"
#include "controller/selecting.hpp"
#include "controller/tenant.hpp"
#include "controller/workspace.hpp"
#include "store/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>

namespace regent::cli {
namespace {

plan::History read_history(const controller::Workspace& workspace, const GlobalOptions& global, Terminal& terminal) {
    std::string warning;
    auto store = store::open_store(state_file(global), store::OpenMode::read_only, warning);
    if (!warning.empty()) terminal.err(fmt::format("warning: {}\n", warning));
    if (!store) {
        terminal.err(fmt::format("warning: {}; planning without history\n", store.error().message));
        return {};
    }
    auto history = controller::recall(**store, workspace);
    if (!history) {
        terminal.err(fmt::format("warning: {}; planning without history\n", history.error().message));
        return {};
    }
    return std::move(*history);
}

/// For its owner only, also when the file was there before: a plan says what a tenant holds. A pipe or a device keeps
/// its mode.
bool write_private(const std::filesystem::path& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return false;
    struct stat about {};
    bool written = ::fstat(file, &about) == 0 && (!S_ISREG(about.st_mode) || ::fchmod(file, 0600) == 0);
    while (written && !text.empty()) {
        const auto count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        written = count > 0;
        if (written) text.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::close(file) == 0 && written;
}

bool write_plan_file(const controller::Planned& planned, const std::filesystem::path& path, Terminal& terminal) {
    auto report = planned.report;
    report.plan = &planned.plan;
    if (write_private(path, report::write_json(report))) return true;
    print_error(terminal, fmt::format("the plan could not be written to {}", path.string()),
                "check the folder and its permissions");
    return false;
}

/// What reads the plan finds the mistakes in it that there can be none for: an empty output would look like nothing to
/// do, or break its reader. People have them on standard error, and in texts there is only the sentence that there is
/// none.
void print_mistakes(const model::Diagnostics& diagnostics, const model::Environment* environment,
                    const GlobalOptions& global, Terminal& terminal) {
    controller::Planned none;
    none.report.timestamp = controller::rfc3339(std::chrono::system_clock::now());
    if (environment != nullptr) {
        none.plan.environment = environment->name;
        none.plan.owner = environment->owner;
        none.plan.tenant_id = environment->tenant_id;
    }
    for (const auto& diagnostic : diagnostics) {
        auto& list = diagnostic.severity == model::Severity::error ? none.plan.problems : none.report.findings;
        list.push_back(diagnostic);
    }
    print_plan(none, global, {}, terminal);
}

}  // namespace

ExitCode plan(const GlobalOptions& given, const PlanOptions& options, Terminal& terminal) {
    auto global = given;
    if (!take_machine_configuration(options.machine_configuration, global, terminal)) return ExitCode::configuration;
    if (!is_plan_format(global.output)) {
        print_error(terminal, fmt::format("a plan has no output format `{}`", global.output),
                    "text, json, jsonl, markdown, diff, html, sarif, junit or github");
        return ExitCode::usage;
    }
    auto& workspace = left_to_exit(open_workspace(global.directory, global.environment));
    if (!workspace) {
        print_error(terminal, workspace.error(), global.colour);
        if (workspace.error().usage) return ExitCode::usage;
        print_mistakes(mistakes_of(workspace.error()), nullptr, global, terminal);
        return ExitCode::invalid_manifests;
    }
    print_diagnostics(terminal, *workspace, global.colour);
    if (model::has_errors(workspace->diagnostics)) {
        print_mistakes(workspace->diagnostics, &workspace->environment, global, terminal);
        return ExitCode::invalid_manifests;
    }

    const auto wanted = controller::addresses_of(options.select, workspace->graph);
    if (!wanted) {
        print_error(terminal, wanted.error(), "`--select` takes KIND/NAME, as the report writes it");
        return ExitCode::usage;
    }

    std::optional<ReadDisplay> display;  // requests are sent while it shows, and only then
    auto tenant = sign_in(workspace->environment, global, [&](const auto&, auto wait, const auto& why) {
        if (display) display->waits(why, wait);
    });
    if (!tenant) {
        print_error(terminal, tenant.error());
        return ExitCode::sign_in;
    }
    print_warnings(terminal, (*tenant)->warnings());
    const plan::Consent consent{{}, options.max_deletes, options.fail_on_risk};
    const auto history = read_history(*workspace, global, terminal);
    display.emplace(terminal, progress_style(terminal, global), "reading");
    auto& planned = left_to_exit(controller::observe_and_plan(*workspace, **tenant, history, consent, *display));
    display.reset();
    if (!planned) {
        print_error(terminal, planned.error());
        terminal.err("Nothing was planned: a plan on half a view could create or delete by mistake.\n");
        return exit_code_of(planned.error().kind);
    }
    if (!options.select.empty()) {
        const auto selection = controller::select(*planned, *wanted, options.select, *workspace, consent);
        print_selection(selection, terminal);
    }
    for (const auto& note : workspace->notes) terminal.err(fmt::format("note: {}\n", note));
    print_plan(*planned, global,
               {.colour = report::Colour::off,
                .show_unchanged = options.show_unchanged,
                .drift_only = options.drift_only,
                .quiet = false},
               terminal);
    if (const auto signed_in = (*tenant)->signed_in()) {
        if (const auto note = controller::permission_note(planned->plan, *signed_in); !note.empty())
            terminal.err(fmt::format("note: {}\n", note));
    }
    if (global.verbose > 0) print_counters(terminal, (*tenant)->counters());
    if (!options.out.empty() && !write_plan_file(*planned, options.out, terminal)) return ExitCode::failed;

    if (!planned->plan.problems.empty()) {
        workspace->diagnostics = planned->plan.problems;
        print_diagnostics(terminal, *workspace, global.colour);
        return ExitCode::invalid_manifests;
    }
    for (const auto& refusal : planned->refusals) {
        if (refusal.guard != plan::Refusal::Guard::risk) continue;
        print_refusal(terminal, refusal);
        return ExitCode::refused;
    }
    return options.detailed_exitcode && !planned->plan.empty() ? ExitCode::changes : ExitCode::ok;
}

}  // namespace regent::cli
