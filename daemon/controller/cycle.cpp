#include "controller/cycle.hpp"

#include "controller/crash_point.hpp"
#include "controller/hand_overs.hpp"
#include "controller/mistakes.hpp"
#include "controller/remembering.hpp"
#include "controller/second_look.hpp"
#include "controller/settle.hpp"
#include "plan/previous_names.hpp"
#include "report/step_words.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

/// Tells the watchdog that an apply moves, and the status what it is at.
class CycleListener final : public apply::Listener {
public:
    /// `awaits` is told which object waits for what the service makes.
    CycleListener(const std::function<void()>& alive, std::function<void(const std::string&)> say,
                  std::function<void(const model::Address&, const std::string&)> awaits)
        : alive_(alive), say_(std::move(say)), awaits_(std::move(awaits)) {}
    void step_started(const plan::Step& step) override {
        alive_();
        const auto words = report::words_for(step);
        if (step.work == plan::Work::await) awaits_(step.address, words.doing);
        say_(fmt::format("{}: {}", words.subject, words.doing));
    }
    void step_progress(const plan::Step& step, std::string_view words) override {
        alive_();
        say_(fmt::format("{}: {}", report::words_for(step).subject, words));
    }
    void step_finished(const plan::Step&, const apply::StepOutcome&) override { alive_(); }

private:
    const std::function<void()>& alive_;
    std::function<void(const std::string&)> say_;
    std::function<void(const model::Address&, const std::string&)> awaits_;
};

/// A plan that names other objects each time it is made is made from everything.
constexpr int rounds_of_reading = 3;
/// Before a replica is asked again; doubles.
constexpr std::chrono::milliseconds first_pause{500};
constexpr int looks_in_a_row = 4;
/// Runs in a row that have to read the objects of a plan before the next one goes by what is remembered of them.
constexpr int enough_reads_of_a_plan = 2;
/// Room for the records of one run, on the disk of the database.
constexpr std::uintmax_t least_space = 1u << 20;

std::string_view label_of(plan::Refusal::Guard guard) {
    using Guard = plan::Refusal::Guard;
    switch (guard) {
        case Guard::deletes:
        case Guard::delete_share:
            return "deletes";
        case Guard::empty_source:
            return "empty";
        case Guard::plan_changed:
            return "plan_changed";
        case Guard::risk:
            return "risk";
        case Guard::approval_missing:  // no refusal: a plan that waits
        case Guard::mode_plan:
            break;
    }
    return "";
}

std::string sentence(const provider::ProviderError& error) {
    auto text = error.message;
    if (!error.service.empty()) text += ": " + error.service;
    if (!error.request_id.empty()) text += fmt::format(" (request-id {})", error.request_id);
    return model::with_visible_controls(text);
}

}  // namespace

Cycle::Cycle(EnvironmentKeeper& keeper, const RunOrder& order, std::string key)
    : keeper_(keeper),
      parts_(keeper.parts_),
      order_(order),
      environment_(order.workspace->environment),
      key_(std::move(key)) {
    run_.trigger = order.trigger;
    run_.revision = order.revision.commit;
    run_.started = parts_.now();
    phase_began_ = run_.started;
}

RunStatus Cycle::run() {
    try {
        return run_phases();
    } catch (const std::exception& error) {
        // One environment's answer that nobody thought of is no reason to leave the others alone.
        keeper_.reconnect();
        events_.clear();
        return failed(Stop{"failed",
                           fmt::format("a bug in regent: {}", model::with_visible_controls(error.what())),
                           {},
                           ConditionReason::service_error,
                           "please report it; this environment is tried again, the others are kept meanwhile"});
    }
}

RunStatus Cycle::run_phases() {
    {
        const std::lock_guard lock(keeper_.status_mutex_);
        for (const auto& object : keeper_.status_.objects) objects_before_.emplace(object.address, object);
    }
    const auto read = take_lock().and_then([&] { return connect(); }).and_then([&] { return observe(); });
    if (!read) return failed(read.error());
    decide();
    forget_creations();
    apply();
    read_back();
    learn();
    tell();
    record();
    for (auto& event : events_) {
        event.run = run_.id;
        parts_.emit(std::move(event));
    }
    parts_.measurements.run_finished(keeper_.name_, run_, phases_);
    keeper_.failing_ = false;
    return run_;
}

tl::expected<void, Cycle::Stop> Cycle::take_lock() {
    auto lock = lock_environment(parts_.state_directory, key_);
    if (!lock) {
        if (!lock.error().busy) {
            state_problem_ = lock.error().message;
            return {};
        }
        return tl::unexpected(Stop{"try-again", lock.error().message, {}, ConditionReason::progressing});
    }
    lock_ = std::move(*lock);
    return {};
}

tl::expected<void, Cycle::Stop> Cycle::connect() {
    auto tenant = keeper_.tenant_of(environment_);
    if (!tenant) {
        return tl::unexpected(Stop{"failed", tenant.error().message,
                                   tenant.error().code.empty() ? "RG0701" : tenant.error().code,
                                   ConditionReason::permission_denied, tenant.error().help});
    }
    tenant_ = std::move(*tenant);
    return {};
}

tl::expected<void, Cycle::Stop> Cycle::observe() {
    plan::History history;
    if (auto read = recall(parts_.store, *order_.workspace)) {
        history = std::move(*read);
    } else {
        state_problem_ = read.error().message;
    }
    look_at_disk();
    auto planned = while_reading("reading", [&](provider::ReadProgress& progress) { return look(history, progress); });
    phase_done("observe");
    if (!planned) {
        auto& error = planned.error();
        if (error.kind == provider::ErrorKind::sign_in) keeper_.reconnect();
        return tl::unexpected(Stop{parts_.stop ? "interrupted" : "failed", sentence(error), error.code,
                                   reason_of(error.kind), error.help});
    }
    before_ = std::move(*planned);
    run_.read = before_.report.objects_read;
    run_.plan_id = before_.plan.id;
    const bool drift = std::any_of(before_.plan.resources.begin(), before_.plan.resources.end(), has_drift);
    if (drift && run_.trigger == "interval") run_.trigger = "drift";
    return {};
}

/// A person who asks, and the first look, want to see the tenant itself.
provider::ReadOrder Cycle::first_order() {
    const auto& last = keeper_.read_whole_;
    const bool due = !last || parts_.now() - *last >= order_.full_read_interval || parts_.now() < *last;
    provider::ReadOrder order;
    order.may_remember = !due && order_.trigger != "manual";
    std::erase_if(keeper_.written_, [&](const auto& entry) { return entry.second.until < parts_.now(); });
    for (const auto& [address, written] : keeper_.written_) order.anew.insert(address);
    return order;
}

bool Cycle::shows_the_past(const Planned& planned) const {
    std::set<model::Address> written;
    for (const auto& step : planned.plan.steps) written.insert(step.address);
    return std::any_of(planned.plan.resources.begin(), planned.plan.resources.end(), [&](const auto& change) {
        const auto known = keeper_.written_.find(change.address);
        return written.contains(change.address) && known != keeper_.written_.end() && known->second.accepted &&
               known->second.until >= parts_.now() &&
               controller::shows_the_past(known->second, change, planned.snapshot);
    });
}

/// A plan that nothing is done about in this run: it is told, and what it would change is read by the run that does.
bool Cycle::is_only_told(const Planned& planned) const {
    if (!order_.may_apply || !order_.frozen.empty()) return true;
    const auto paused = pauses();
    if (std::any_of(paused.begin(), paused.end(),
                    [&](const auto& pause) { return !pause.address && (!pause.until || *pause.until > parts_.now()); }))
        return true;
    const auto approvals = parts_.memory.approvals(key_);
    return !planned.refusals.empty() && approvals && approvals->empty();
}

/// Whether runs before this one have read the objects of the same plan, and nothing was said to have changed since. One
/// read alone may have been answered by a replica that was late.
bool Cycle::was_read_before(const Planned& planned) const {
    return !planned.plan.empty() && keeper_.read_plan_ == planned.plan.id &&
           keeper_.times_read_ >= enough_reads_of_a_plan;
}

void Cycle::note_read(const Planned& planned) {
    keeper_.times_read_ = keeper_.read_plan_ == planned.plan.id ? keeper_.times_read_ + 1 : 1;
    keeper_.read_plan_ = planned.plan.id;
}

/// Nothing is written because of what is only remembered: the objects of a plan that is not empty are read, and the
/// plan is made again. Nor because of one replica that has not heard of the last write: only when all looks in a row
/// show the same has somebody put it back.
tl::expected<Planned, provider::ProviderError> Cycle::look(const plan::History& history,
                                                           provider::ReadProgress& progress) {
    auto order = first_order();
    auto pause = first_pause;
    int looks = 1;
    for (int round = 1;; ++round) {
        const auto now = parts_.now();
        auto planned = observe_and_plan(*order_.workspace, *tenant_, history, {}, progress, &order, order_.rotations);
        if (!planned) return planned;
        if (!planned->from_memory) keeper_.read_whole_ = now;
        if (looks < looks_in_a_row && shows_the_past(*planned)) {
            progress.waits("the tenant does not show every change yet", pause);
            if (!tenant_->clock().sleep_for(pause)) return planned;
            ++looks;
            pause *= 2;
            order.may_remember = order_.full_read_interval > std::chrono::seconds(0);
            --round;
            continue;
        }
        unread_ = planned->from_memory && round == 1 && was_read_before(*planned) && is_only_told(*planned);
        if (unread_) return planned;
        const auto before = order.anew.size();
        for (const auto& step : planned->plan.steps) order.anew.insert(step.address);
        if (!planned->from_memory || order.anew.size() == before) {
            note_read(*planned);
            return planned;
        }
        order.may_remember = round < rounds_of_reading;
    }
}

/// Before anything is written to the tenant: a write whose record is lost cannot be traced.
void Cycle::look_at_disk() {
    const auto written = parts_.memory.set_cursor("looked at " + key_, rfc3339(parts_.now()));
    if (!written) state_problem_ = written.error().message;
    std::error_code error;
    const auto space = std::filesystem::space(parts_.state_directory, error);
    if (!error && space.available < least_space)
        state_problem_ = fmt::format("the disk of {} is full: {} KiB are left", parts_.state_directory.string(),
                                     space.available / 1024);
    const bool news = state_problem_.empty() == keeper_.state_broken_;
    keeper_.state_broken_ = !state_problem_.empty();
    if (!news) return;
    Event event;
    event.environment = keeper_.name_;
    event.type = EventType::state_damaged;
    event.severity = state_problem_.empty() ? EventSeverity::info : EventSeverity::error;
    event.message = state_problem_.empty()
                        ? "the database can be written again"
                        : fmt::format("{}; nothing is changed in the tenant until that is mended", state_problem_);
    parts_.emit(std::move(event));
}

/// May this plan be carried out, and what of it?
void Cycle::decide() {
    const auto paused = pauses();
    holds_ = holds_at(parts_.now(), keeper_.objects_, paused);
    const auto mistaken = held_by_mistakes(before_.plan, order_.workspace->graph, before_.snapshot);
    mistaken_ = mistaken.value_or(Holds{});
    holds_.insert(mistaken_.begin(), mistaken_.end());
    held_ = without_held(before_.plan, holds_);
    plan::Consent consent;
    approved_ = !unread_ && was_approved();
    if (approved_) consent.expected_plan = before_.plan.id;
    before_.refusals = plan::check_safety(before_.plan, order_.workspace->graph, consent);
    before_.report.refusals = before_.refusals;
    if (before_.plan.empty()) return;
    const auto leave = [&](LeftAlone why, std::string message) {
        if (left_alone_ != LeftAlone::no) return;
        left_alone_ = why;
        left_alone_message_ = std::move(message);
    };
    for (const auto& pause : paused)
        if (!pause.address && (!pause.until || *pause.until > parts_.now()))
            leave(LeftAlone::paused, fmt::format("paused by {}: \"{}\"", pause.by, pause.reason));
    if (!order_.frozen.empty()) leave(LeftAlone::paused, order_.frozen);
    if (!mistaken)
        leave(LeftAlone::refused,
              "a manifest asks for what the tenant does not have; nothing is applied until it is mended");
    if (!order_.may_apply) leave(LeftAlone::plan_mode, "the service runs in `mode: plan`");
    if (!state_problem_.empty())
        leave(LeftAlone::state_broken, state_problem_ + ": what cannot be recorded is not done");
    using Guard = plan::Refusal::Guard;
    for (const auto& refusal : before_.refusals) {  // what no person can wave through comes first
        if (refusal.guard == Guard::mode_plan) leave(LeftAlone::plan_mode, refusal.message);
    }
    for (const auto& refusal : before_.refusals) {
        if (refusal.guard == Guard::approval_missing) continue;
        if (guard_.empty() && refusal.guard != Guard::mode_plan) guard_ = label_of(refusal.guard);
        leave(LeftAlone::refused, fmt::format("{}; {} ({})", refusal.message, refusal.help, code_of(refusal.guard)));
    }
    for (const auto& refusal : before_.refusals) {
        if (refusal.guard != Guard::approval_missing) continue;
        leave(LeftAlone::needs_approval,
              fmt::format("waits for `regent approve {} -e {}`", before_.plan.id.substr(0, 8), environment_.name));
    }
    // Somebody lifted a pause or approved the plan since it was made.
    if (unread_) leave(LeftAlone::paused, "what it would change is read first, by the next run");
    phase_done("plan");
}

/// Somebody approved what waited then. A plan that gave way to another one is not what waits any more, and when the
/// same changes are planned again, months later perhaps, somebody looks at them again.
bool Cycle::was_approved() {
    const auto approvals = parts_.memory.approvals(key_);
    if (!approvals || approvals->empty()) return false;
    const auto is_of_this_plan = [&](const auto& approval) { return approval.plan_id == before_.plan.id; };
    const bool approved = std::any_of(approvals->begin(), approvals->end(), is_of_this_plan);
    if (!std::all_of(approvals->begin(), approvals->end(), is_of_this_plan)) end_approvals(before_.plan.id);
    return approved;
}

void Cycle::end_approvals(const std::string& but_of_plan) {
    if (const auto ended = parts_.memory.end_approvals(key_, but_of_plan); !ended)
        state_problem_ = ended.error().message;
}

/// A pause of an object outlives its manifest's name.
std::vector<Pause> Cycle::pauses() const {
    auto pauses = order_.pauses_now ? order_.pauses_now() : order_.pauses;
    for (auto& pause : pauses) {
        if (!pause.address) continue;
        if (const auto* renamed = plan::renamed_from(order_.workspace->graph, *pause.address))
            pause.address = renamed->address;
    }
    return pauses;
}

bool Cycle::is_paused(const model::Address& address) const {
    const auto all = pauses();
    const auto now = parts_.now();
    return std::any_of(all.begin(), all.end(), [&](const auto& pause) {
        return (!pause.address || pause.address == address) && (!pause.until || *pause.until > now);
    });
}

/// A person looked and says that a creation whose answer was lost did not happen.
void Cycle::forget_creations() {
    if (order_.create_again.empty()) return;
    const auto open = parts_.store.unresolved(key_);
    if (!open) return;
    for (const auto& intent : *open) {
        if (!order_.create_again.contains(intent.address)) continue;
        if (const auto done = parts_.store.finish(intent.id, store::IntentOutcome::not_sent, {}); !done)
            state_problem_ = done.error().message;
    }
}

void Cycle::apply() {
    if (left_alone_ != LeftAlone::no || held_.plan.steps.empty() || parts_.stop) return;
    {
        const std::lock_guard lock(keeper_.status_mutex_);
        keeper_.status_.running->plan_id = before_.plan.id;
    }
    show_what_begins();
    CycleListener listener(
        parts_.alive, [this](const std::string& text) { keeper_.say(text); },
        [this](const auto& address, const auto& what) { keeper_.show_waiting(address, what, run_.revision); });
    apply::ApplierOptions options;
    options.parallel = order_.parallel;
    options.stop = &parts_.stop;
    options.crash_point = crash_point_from_environment();
    options.new_operation_id = [this] { return fmt::format("{:08x}", tenant_->rng().next() & 0xffffffffU); };
    options.now = [this] { return parts_.now(); };
    options.environment_key = key_;
    options.repository = order_.workspace->revision.repository;
    options.may_begin = [this](const plan::Step& step) { return !is_paused(step.address); };
    const auto carry_out = [&](const plan::Plan& plan, const model::Snapshot& snapshot) {
        return apply::Applier(tenant_->writers(), parts_.store, listener, options).run(plan, snapshot);
    };
    wrote_ = true;
    if (const auto moved = remember_renamed(parts_.store, *order_.workspace, held_.plan); !moved)
        state_problem_ = moved.error().message;
    result_ = carry_out(held_.plan, before_.snapshot);
    for (int looks = 0; looks < most_looks; ++looks) {
        const auto more = look_at_restored();
        if (!more || more->plan.empty()) break;
        append(held_.plan, *result_, more->plan, carry_out(more->plan, more->snapshot));
        if (!is_worth_another_look(more->plan)) break;
    }
    const bool began = std::any_of(result_->outcomes.begin(), result_->outcomes.end(),
                                   [](const auto& outcome) { return outcome.state == apply::StepState::done; });
    if (approved_ && began) end_approvals({});
    for (std::size_t i = 0; i < result_->outcomes.size(); ++i) {
        const auto& address = held_.plan.steps[i].address;
        const auto& outcome = result_->outcomes[i];
        const auto [known, fresh] = outcomes_.emplace(address, outcome);
        if (!fresh) known->second = more_telling(known->second, outcome);
    }
    phase_done("apply");
}

/// What hung on an object when it was deleted comes back with it, and could not be planned before it was there. What
/// needs somebody's approval waits for it as in any run.
std::optional<Planned> Cycle::look_at_restored() {
    const auto restored = restored_by(held_.plan, *result_);
    if (restored.empty() || parts_.stop) return std::nullopt;
    std::set<model::Address> left_alone;
    for (const auto& [address, hold] : holds_) left_alone.insert(address);
    for (const auto& [address, cause] : held_.waits_for) left_alone.insert(address);
    provider::ReadOrder order;
    order.may_remember = order_.full_read_interval > std::chrono::seconds(0);
    for (const auto& step : held_.plan.steps) order.anew.insert(step.address);
    const SecondLook look{.workspace = *order_.workspace,
                          .tenant = *tenant_,
                          .store = parts_.store,
                          .grace = order_.replication_grace,
                          .left_alone = without_success(held_.plan, *result_, std::move(left_alone)),
                          .approved = approved_,
                          .consent = {},
                          .order = &order};
    auto more = while_reading("looking at what was restored", [&](provider::ReadProgress& progress) {
        return controller::look_at_restored(look, restored, held_.plan, progress);
    });
    return more && more->refusals.empty() ? std::move(more) : std::nullopt;
}

/// What the tenant holds now. After a write it is read until it shows the write, or the grace time is over.
void Cycle::read_back() {
    if (!result_) return;
    std::set<model::Address> except;
    for (const auto& [address, hold] : holds_) except.insert(address);
    for (const auto& [address, cause] : held_.waits_for) except.insert(address);
    for (const auto& [address, outcome] : outcomes_)
        if (outcome.state != apply::StepState::done) except.insert(address);
    const auto grace = parts_.stop ? std::chrono::seconds(0) : order_.replication_grace;
    provider::ReadOrder order;
    order.may_remember = order_.full_read_interval > std::chrono::seconds(0);
    for (const auto& step : held_.plan.steps) order.anew.insert(step.address);
    for (const auto& address : order.anew) remember_written(address);
    auto settled = while_reading("reading back", [&](provider::ReadProgress& progress) {
        return settle(*order_.workspace, *tenant_, parts_.store, held_.plan, grace, except, progress, &order);
    });
    if (settled.planned) {
        after_ = std::move(*settled.planned);
    } else {
        result_->warnings.push_back("what the tenant holds after the writes could not be read back");
    }
    phase_done("settle");
}

const plan::ResourceChange* Cycle::change_of(const model::Address& address) const {
    for (const auto& resource : before_.plan.resources)
        if (resource.address == address) return &resource;
    return nullptr;
}

/// Of the last look at the tenant.
const plan::Plan& Cycle::last_plan() const {
    return after_.report.timestamp.empty() ? before_.plan : after_.plan;
}

/// What the runs that follow look for: see look_again_for().
bool Cycle::something_comes_by_itself() const {
    const auto& plan = last_plan();
    return std::any_of(plan.withheld.begin(), plan.withheld.end(),
                       [](const auto& withheld) { return withheld.why == plan::Withheld::Why::not_seen_yet; }) ||
           std::any_of(plan.resources.begin(), plan.resources.end(), [](const auto& resource) {
               return resource.action == plan::Action::none && !resource.not_in_force.empty();
           });
}

void Cycle::record() {
    run_.finished = parts_.now();
    run_.result = "noop";
    if (result_) {
        const auto counts = count_outcomes(held_.plan, *result_);
        run_.created = counts.created;
        run_.adopted = counts.adopted;
        run_.updated = counts.updated;
        run_.removed = counts.removed;
        run_.secrets = counts.secrets;
        run_.failed = counts.failed.size();
        run_.hand_overs = hand_overs(held_.plan, *result_);
        const bool only_waits = counts.failed.empty() && !counts.waiting.empty();
        run_.result = result_->complete()    ? "ok"
                      : result_->interrupted ? "interrupted"
                      : only_waits           ? "waiting"
                                             : "partly";
    }
    const bool is_quiet = left_alone_ == LeftAlone::no && (run_.result == "noop" || run_.result == "ok");
    if (is_quiet && something_comes_by_itself()) run_.result = "waiting";
    if (left_alone_ == LeftAlone::refused || left_alone_ == LeftAlone::needs_approval) run_.result = "refused";
    if (left_alone_ == LeftAlone::state_broken) run_.result = "failed";
    if (left_alone_ != LeftAlone::no) run_.error = left_alone_message_;
    store::RunRow row;
    row.environment = key_;
    row.run = {exact_rfc3339(run_.started),
               exact_rfc3339(run_.finished),
               run_.trigger,
               run_.revision,
               run_.result,
               run_.plan_id,
               run_.created,
               run_.adopted,
               run_.updated,
               run_.removed,
               run_.secrets,
               run_.failed};
    row.last_at = rfc3339(run_.finished);  // which is compared as a text
    row.read = run_.read;
    row.error = run_.error;
    row.error_code = run_.error_code;
    if (const auto id = parts_.memory.add_run(row, changes_)) run_.id = *id;
    if (keeper_.failing_)
        emit(EventType::run_recovered, EventSeverity::info, fmt::format("{} can be kept again", keeper_.name_));
}

RunStatus Cycle::failed(const Stop& stop) {
    run_.finished = parts_.now();
    run_.result = stop.result;
    run_.error = stop.message;
    run_.error_code = stop.code;
    run_.error_help = stop.help;
    if (stop.result != "failed") return run_;
    store::RunRow row;
    row.environment = key_;
    row.run.started_at = exact_rfc3339(run_.started);
    row.run.finished_at = exact_rfc3339(run_.finished);
    row.last_at = rfc3339(run_.finished);
    row.run.trigger = run_.trigger;
    row.run.revision = run_.revision;
    row.run.result = run_.result;
    row.error = run_.error;
    row.error_code = run_.error_code;
    if (const auto id = parts_.memory.add_run(row, {})) run_.id = *id;
    parts_.measurements.run_finished(keeper_.name_, run_, phases_);
    if (!keeper_.failing_) {
        emit(EventType::run_failed, EventSeverity::error,
             fmt::format("{} cannot be kept: {}. {}{}{}", keeper_.name_, stop.message,
                         wrote_ ? "It happened after something was changed" : "Nothing was changed",
                         stop.help.empty() ? "" : "; ", stop.help),
             {}, std::string(to_string(stop.reason)));
        events_.back().run = run_.id;
        parts_.emit(std::move(events_.back()));
    }
    keeper_.failing_ = true;
    return run_;
}

void Cycle::phase_done(const char* name) {
    const auto now = parts_.now();
    phases_[name] += now - phase_began_;
    phase_began_ = now;
}

}  // namespace regent::controller
