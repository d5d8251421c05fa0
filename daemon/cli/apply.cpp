#include "apply/applier.hpp"
#include "cli/commands.hpp"
#include "cli/daemon_configuration.hpp"
#include "cli/messages.hpp"
#include "cli/plan_output.hpp"
#include "cli/progress.hpp"
#include "cli/read_display.hpp"
#include "cli/repository.hpp"
#include "cli/sign_in.hpp"
#include "cli/signals.hpp"
#include "controller/crash_point.hpp"
#include "controller/outcome_counts.hpp"
#include "controller/planning.hpp"
#include "controller/remembering.hpp"
#include "controller/second_look.hpp"
#include "controller/selecting.hpp"
#include "controller/settle.hpp"
#include "controller/state_lock.hpp"
#include "controller/tenant.hpp"
#include "controller/workspace.hpp"
#include "plan/obstacles.hpp"
#include "report/apply_summary.hpp"
#include "report/plan_file.hpp"
#include "report/step_words.hpp"
#include "store/store.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

namespace regent::cli {
namespace {

/// One apply, from the manifests to the last line. The member functions are its stages, in order; each says whether to
/// go on.
class ApplyRun {
public:
    ApplyRun(const GlobalOptions& global, const ApplyOptions& options, Terminal& terminal)
        : global_(global), options_(options), terminal_(terminal) {}

    ExitCode run() {
        if (global_.output != "text" && global_.output != "jsonl") {
            print_error(terminal_, fmt::format("apply has no output format `{}`", global_.output), "text or jsonl");
            return ExitCode::usage;
        }
        if (!take_machine_configuration(options_.machine_configuration, global_, terminal_))
            return ExitCode::configuration;
        if (const auto code = read_plan_file(); code != ExitCode::ok) return code;
        if (const auto code = open(); code != ExitCode::ok) return code;
        if (const auto code = make_plan(); code != ExitCode::ok) return code;
        if (planned_.plan.empty()) return tell_obstacles(finish_without_work());
        if (const auto code = ask(); code != ExitCode::ok) return code;
        return tell_obstacles(carry_out());
    }

private:
    /// A plan file is a consent given earlier: its id must still be the plan's.
    ExitCode read_plan_file() {
        expected_ = options_.expect_plan;
        if (options_.plan_file.empty()) return ExitCode::ok;
        std::ifstream file(options_.plan_file, std::ios::binary);
        const auto why_not = file ? std::error_code{} : std::error_code(errno, std::generic_category());
        std::stringstream text;
        text << file.rdbuf();
        if (!file) {
            print_error(terminal_,
                        fmt::format("the plan file {} cannot be read{}", options_.plan_file.string(),
                                    why_not ? ": " + why_not.message() : std::string{}),
                        "`regent plan --out FILE` writes one");
            return ExitCode::usage;
        }
        auto plan = report::read_plan_file(text.str());
        if (!plan) {
            print_error(terminal_, fmt::format("{}: {}", options_.plan_file.string(), plan.error().message),
                        plan.error().help);
            return ExitCode::usage;
        }
        if (!global_.environment.empty() && global_.environment != plan->environment) {
            print_error(
                terminal_,
                fmt::format("the plan is for environment `{}`, not `{}`", plan->environment, global_.environment), {});
            return ExitCode::usage;
        }
        // Whoever handed over the file and whoever read the plan need not be the same.
        if (const auto other =
                plan::check_expected_plan(options_.expect_plan, plan->plan_id, "the file holds another one")) {
            print_refusal(terminal_, *other);
            return ExitCode::refused;
        }
        global_.environment = plan->environment;
        expected_ = plan->plan_id;
        plan_text_ = text.str();
        return ExitCode::ok;
    }

    /// What somebody read in the file and agreed to must be what is done, not only carry its id.
    void check_plan_file() {
        if (plan_text_.empty() || !planned_.refusals.empty()) return;
        auto report = planned_.report;
        report.plan = &planned_.plan;
        const auto differing = report::first_difference(plan_text_, report::write_json(report));
        if (differing.empty()) return;
        planned_.refusals.push_back({plan::Refusal::Guard::plan_changed,
                                     fmt::format("the plan file was edited: its `{}` is not that of plan {}", differing,
                                                 planned_.plan.id.substr(0, 8)),
                                     "write it again with `regent plan --out FILE`, and review that"});
    }

    ExitCode open() {
        auto workspace = open_workspace(global_.directory, global_.environment);
        if (!workspace) {
            print_error(terminal_, workspace.error(), global_.colour);
            return workspace.error().usage ? ExitCode::usage : ExitCode::invalid_manifests;
        }
        workspace_ = std::move(*workspace);
        print_diagnostics(terminal_, workspace_, global_.colour);
        if (model::has_errors(workspace_.diagnostics)) return ExitCode::invalid_manifests;
        for (const auto& note : workspace_.notes) terminal_.err(fmt::format("note: {}\n", note));
        if (const auto code = check_rotation(); code != ExitCode::ok) return code;

        auto selected = controller::addresses_of(options_.select, workspace_.graph);
        if (!selected) {
            print_error(terminal_, selected.error(), "`--select` takes KIND/NAME, as the report writes it");
            return ExitCode::usage;
        }
        selected_ = std::move(*selected);

        std::string warning;
        auto store = store::open_store(state_file(global_), store::OpenMode::read_write, warning);
        if (!warning.empty()) terminal_.err(fmt::format("warning: {}\n", warning));
        if (!store) {
            print_error(terminal_, store.error().message, store.error().help);
            return ExitCode::failed;
        }
        store_ = std::move(*store);
        auto lock = controller::lock_environment(state_file(global_).parent_path(),
                                                 controller::state_key(workspace_.environment));
        if (!lock) {
            print_error(terminal_, lock.error().message, lock.error().help);
            return lock.error().busy ? ExitCode::try_again : ExitCode::failed;
        }
        lock_ = std::move(*lock);

        auto tenant = sign_in(workspace_.environment, global_, [this](const auto& origin, auto wait, const auto& why) {
            if (progress_ != nullptr) progress_->waits(origin, wait, why);
            if (reading_ != nullptr) reading_->waits(why, wait);
        });
        if (!tenant) {
            print_error(terminal_, tenant.error());
            return ExitCode::sign_in;
        }
        tenant_ = std::move(*tenant);
        print_warnings(terminal_, tenant_->warnings());
        return ExitCode::ok;
    }

    /// Runs `work` with somebody who shows what it reads.
    template <typename Work>
    auto while_reading(const char* doing, const Work& work) {
        ReadDisplay display(terminal_, progress_style(terminal_, global_), doing);
        reading_ = &display;
        auto result = work(display);
        reading_ = nullptr;
        return result;
    }

    ExitCode make_plan() {
        auto history = controller::recall(*store_, workspace_);
        if (!history) {
            print_error(terminal_, history.error().message, history.error().help);
            return ExitCode::failed;
        }
        history_ = std::move(*history);
        auto planned = while_reading("reading", [&](provider::ReadProgress& reading) {
            return controller::observe_and_plan(
                workspace_, *tenant_, history_, consent(), reading, nullptr,
                options_.rotation ? std::vector{*options_.rotation} : std::vector<plan::RotationRequest>{});
        });
        if (!planned) {
            print_error(terminal_, planned.error());
            terminal_.err("Nothing was changed: a plan on half a view could create or delete by mistake.\n");
            return exit_code_of(planned.error().kind);
        }
        planned_ = std::move(*planned);
        remember(planned_.plan);
        if (!options_.select.empty()) {
            const auto selection = controller::select(planned_, selected_, options_.select, workspace_, consent());
            print_selection(selection, terminal_);
            left_out_ = selection.left_out;
        }
        if (options_.rotation) {
            if (const auto code = narrow(*options_.rotation); code != ExitCode::ok) return code;
        }
        check_plan_file();
        const bool was_read = !expected_.empty() && planned_.refusals.empty() && !planned_.plan.empty();
        if (was_read && global_.output == "text") {
            terminal_.out(fmt::format("Plan {} still holds.\n", planned_.plan.id.substr(0, 8)));
        } else {
            // The report comes before a refusal, so that what was refused can be read.
            print_plan(planned_, global_, {}, terminal_);
        }
        if (!planned_.plan.problems.empty()) {
            auto copy = workspace_;
            copy.diagnostics = planned_.plan.problems;
            print_diagnostics(terminal_, copy, global_.colour);
            return ExitCode::invalid_manifests;
        }
        for (const auto& refusal : planned_.refusals) print_refusal(terminal_, refusal);
        if (!planned_.refusals.empty()) {
            record("refused", {});
            return ExitCode::refused;
        }
        return ExitCode::ok;
    }

    /// What is as it should be already is what the next plan calls changed outside when it is not any more.
    void remember(const plan::Plan& plan) {
        if (auto done = controller::remember_agreements(*store_, workspace_, plan); !done)
            terminal_.err(fmt::format("warning: {}\n", done.error().message));
    }

    plan::Consent consent() const { return {expected_, options_.max_deletes, options_.fail_on_risk}; }

    /// A rotation is urgent, and other changes that wait may not be meant for now: they go on waiting.
    ExitCode narrow(const plan::RotationRequest& rotation) {
        const auto whole = planned_.plan.steps;
        planned_.plan = plan::only_rotation(planned_.plan, rotation);
        // Whoever still has something to wait for is not settled by this.
        const auto& kept = planned_.plan.steps;
        for (const auto& step : whole) {
            const bool done = std::any_of(kept.begin(), kept.end(), [&](const auto& k) { return k.id == step.id; });
            if (!done) left_out_.insert(step.address);
        }
        planned_.refusals = plan::check_safety(planned_.plan, workspace_.graph, consent());
        planned_.report.refusals = planned_.refusals;
        const auto& steps = planned_.plan.steps;
        const bool issues = std::any_of(steps.begin(), steps.end(), [&](const auto& step) {
            return step.work == plan::Work::add && step.address == rotation.application &&
                   step.part == "clientSecrets/" + rotation.secret;
        });
        if (issues) return ExitCode::ok;
        print_plan(planned_, global_, {}, terminal_);
        print_error(terminal_,
                    fmt::format("the secret `{}` of {} was not rotated", rotation.secret,
                                model::to_string(rotation.application)),
                    "nobody can be given a new one from here: see the plan above");
        return ExitCode::partly_done;
    }

    ExitCode check_rotation() {
        if (!options_.rotation) return ExitCode::ok;
        const auto& rotation = *options_.rotation;
        const auto names = plan::secret_names(workspace_.graph, rotation.application);
        if (std::find(names.begin(), names.end(), rotation.secret) != names.end()) return ExitCode::ok;
        print_error(
            terminal_,
            fmt::format("{} has no client secret `{}` in its manifest", model::to_string(rotation.application),
                        rotation.secret),
            names.empty() ? std::string("it declares none") : fmt::format("it has: {}", fmt::join(names, ", ")));
        return ExitCode::usage;
    }

    ExitCode finish_without_work() {
        if (global_.verbose > 0) print_counters(terminal_, tenant_->counters());
        record(plan::count_obstacles(planned_.plan) == 0 ? "ok" : "partly", {});
        return ExitCode::ok;
    }

    static ExitCode code_of(plan::Withheld::Why why) {
        if (why == plan::Withheld::Why::prevent_delete) return ExitCode::refused;
        return why == plan::Withheld::Why::not_seen_yet ? ExitCode::try_again : ExitCode::partly_done;
    }

    /// What the manifests ask for and nobody could do: the rest being done is no success.
    ExitCode tell_obstacles(ExitCode code) {
        for (const auto& withheld : planned_.plan.withheld) {
            if (!plan::is_obstacle(withheld)) continue;
            code = most_telling({code, code_of(withheld.why)});
            print_error(
                terminal_,
                fmt::format("{}: {} ({})", to_string(withheld.address), withheld.message, to_string(withheld.place)),
                withheld.help);
        }
        return code;
    }

    /// Consent: --yes, a reviewed plan, or a person at a terminal. A plan that deletes asks for the environment's name.
    ExitCode ask() {
        const bool deletes = planned_.plan.deletes > 0;
        const auto& name = workspace_.environment.name;
        if (options_.yes || !expected_.empty() || (deletes && options_.confirm_delete == name)) return ExitCode::ok;
        if (global_.no_input || !terminal_.in_is_terminal()) {
            print_error(
                terminal_, "nobody has agreed to this plan",
                fmt::format("add --yes, or --expect-plan {} for exactly this one", planned_.plan.id.substr(0, 8)));
            return ExitCode::refused;
        }
        terminal_.err(deletes
                          ? fmt::format("This deletes or replaces {} object{}. Type the environment's name to go on: ",
                                        planned_.plan.deletes, planned_.plan.deletes == 1 ? "" : "s")
                          : fmt::format("Apply to {}? [y/N] ", name));
        const auto answer = terminal_.read_line().value_or("");
        if (deletes ? answer == name : answer == "y" || answer == "yes") return ExitCode::ok;
        terminal_.err("Nothing was changed.\n");
        return ExitCode::refused;
    }

    ExitCode carry_out() {
        const auto started = tenant_->clock().monotonic();
        started_at_ = controller::rfc3339(tenant_->clock().now());
        const SignalWatch signals([this] { tenant_->interrupt(); });
        auto result = carry_out(planned_.plan, planned_.snapshot, signals);
        auto seen = look_at_what_came_back(result, signals);
        print_failures(result);
        controller::Settled settled;
        if (result.complete() && !signals.stop_requested()) {
            settled = while_reading("reading back", [&](provider::ReadProgress& reading) {
                return controller::settle(workspace_, *tenant_, *store_, planned_.plan,
                                          global_.connection.replication_grace, left_out_, reading);
            });
            print_unsettled(settled);
            if (settled.planned) remember(settled.planned->plan);
            if (settled.planned) seen = settled.planned->plan;
        }
        if (!controller::restored_by(planned_.plan, result).empty()) controller::tell_unvouched(planned_.plan, seen);
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(tenant_->clock().monotonic() - started);
        print_summary(result, settled, took);
        if (global_.verbose > 0) print_counters(terminal_, tenant_->counters());
        return exit_code(result, settled, signals);
    }

    apply::ApplyResult carry_out(const plan::Plan& plan, const model::Snapshot& snapshot, const SignalWatch& signals) {
        if (auto done = controller::remember_renamed(*store_, workspace_, plan); !done)
            terminal_.err(fmt::format("warning: {}\n", done.error().message));
        Progress progress(terminal_, progress_style(terminal_, global_), plan.steps);
        progress_ = &progress;
        apply::ApplierOptions options;
        options.parallel = global_.parallel;
        options.stop = &signals.stop_requested();
        options.crash_point = controller::crash_point_from_environment();
        options.new_operation_id = [this] { return fmt::format("{:08x}", tenant_->rng().next() & 0xffffffffU); };
        options.now = [this] { return tenant_->clock().now(); };
        options.environment_key = controller::state_key(workspace_.environment);
        options.repository = workspace_.revision.repository;
        auto result = apply::Applier(tenant_->writers(), *store_, progress, options).run(plan, snapshot);
        progress_ = nullptr;
        return result;
    }

    /// What hung on an object when it was deleted comes back with it, and could not be planned before it was there; nor
    /// could it be given what a stranger could use. Returns the last look at that.
    plan::Plan look_at_what_came_back(apply::ApplyResult& result, const SignalWatch& signals) {
        plan::Plan seen;
        const auto restored = controller::restored_by(planned_.plan, result);
        for (int looks = 0; looks < controller::most_looks && !restored.empty() && !signals.stop_requested(); ++looks) {
            const controller::SecondLook look{
                .workspace = workspace_,
                .tenant = *tenant_,
                .store = *store_,
                .grace = global_.connection.replication_grace,
                .left_alone = controller::without_success(planned_.plan, result, left_out_),
                .approved = !expected_.empty(),
                .consent = consent()};
            auto more = while_reading("looking at what was restored", [&](provider::ReadProgress& reading) {
                return controller::look_at_restored(look, restored, planned_.plan, reading);
            });
            seen = more ? more->plan : plan::Plan{};
            if (!more || more->plan.empty()) break;
            for (const auto& refusal : more->refusals) print_refusal(terminal_, refusal);
            if (!more->refusals.empty()) break;
            controller::append(planned_.plan, result, more->plan, carry_out(more->plan, more->snapshot, signals));
            if (!controller::is_worth_another_look(more->plan)) break;
        }
        return seen;
    }

    void print_failures(const apply::ApplyResult& result) {
        for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
            const auto& error = result.outcomes[i].error;
            if (!error.message.empty()) print_error(terminal_, error, planned_.plan.steps[i]);
        }
    }

    void print_unsettled(const controller::Settled& settled) {
        if (settled.error) {
            print_error(terminal_, *settled.error);
            terminal_.err("Everything was written; what the tenant holds now could not be read back.\n");
        }
        for (const auto& line : settled.open) terminal_.err(fmt::format("not settled: {}\n", line));
    }

    void print_summary(const apply::ApplyResult& result, const controller::Settled& settled,
                       std::chrono::milliseconds took) {
        const auto& plan = planned_.plan;
        report::ApplySummary summary;
        summary.environment = workspace_.environment.name;
        summary.plan_id = plan.id;
        summary.timestamp = controller::rfc3339(tenant_->clock().now());
        summary.took = took;
        auto counts = controller::count_outcomes(plan, result);
        summary.created = counts.created;
        summary.adopted = counts.adopted;
        summary.removed = counts.removed;
        summary.secrets = counts.secrets;
        summary.updated = counts.updated;
        summary.failed = std::move(counts.failed);
        summary.waiting = std::move(counts.waiting);
        summary.without_connections = std::move(counts.without_connections);
        summary.complete = result.complete();
        summary.settled = settled.settled;
        summary.more = settled.more;
        summary.open = settled.open;
        terminal_.out(global_.output == "jsonl" ? report::write_jsonl(summary) : report::write_text(summary));
        store::RunRecord run;
        run.created = summary.created;
        run.adopted = summary.adopted;
        run.updated = summary.updated;
        run.removed = summary.removed;
        run.secrets = summary.secrets;
        run.failed = summary.failed.size();
        record(result.complete() && plan::count_obstacles(plan) == 0 ? "ok" : "partly", run);
    }

    ExitCode exit_code(const apply::ApplyResult& result, const controller::Settled& settled,
                       const SignalWatch& signals) const {
        if (signals.stop_requested()) return signals.by_terminate() ? ExitCode::terminated : ExitCode::interrupted;
        if (result.complete()) return settled.settled ? ExitCode::ok : ExitCode::partly_done;
        const bool nothing_done = std::none_of(result.outcomes.begin(), result.outcomes.end(),
                                               [](const auto& o) { return o.state == apply::StepState::done; });
        if (!nothing_done) return ExitCode::partly_done;
        auto code = ExitCode::ok;
        for (const auto& outcome : result.outcomes) {
            if (outcome.state == apply::StepState::failed)
                code = most_telling({code, exit_code_of(outcome.error.kind)});
        }
        return code == ExitCode::ok ? ExitCode::partly_done : code;
    }

    void record(const std::string& result, store::RunRecord run) {
        const auto now = controller::rfc3339(tenant_->clock().now());
        run.started_at = started_at_.empty() ? now : started_at_;
        run.finished_at = now;
        run.trigger = "manual";
        run.revision = workspace_.revision.commit;
        run.result = result;
        run.plan_id = planned_.plan.id;
        if (auto recorded = store_->record_run(controller::state_key(workspace_.environment), run); !recorded) {
            terminal_.err(fmt::format("warning: {}\n", recorded.error().message));
        }
    }

    GlobalOptions global_;
    const ApplyOptions& options_;
    Terminal& terminal_;
    std::string expected_;
    std::string plan_text_;  // of the plan file
    std::string started_at_;
    controller::Workspace workspace_;
    std::unique_ptr<store::Store> store_;
    controller::StateLock lock_;
    std::unique_ptr<controller::Tenant> tenant_;
    plan::History history_;
    controller::Planned planned_;
    std::set<model::Address> selected_;
    std::set<model::Address> left_out_;  // by --select or a rotation: not waited for
    Progress* progress_ = nullptr;       // while steps run
    ReadDisplay* reading_ = nullptr;     // while the tenant is read
};

}  // namespace

ExitCode apply(const GlobalOptions& global, const ApplyOptions& options, Terminal& terminal) {
    return ApplyRun(global, options, terminal).run();
}

}  // namespace regent::cli
