#include "controller/controller.hpp"

#include "controller/freeze.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;

/// No phase of a run is silent for this long, whatever a service does: one request ends after 330 s, and each wait
/// between two is told.
constexpr auto stuck_after = 15min;

/// By somebody who looks only once.
constexpr auto longest_wait_for_identities = 330s;

std::chrono::seconds retry_after_failure(int failures) {
    std::chrono::seconds wait = 30s;
    for (int i = 1; i < failures && wait < 15min; ++i) wait = std::min<std::chrono::seconds>(15min, wait * 2);
    return wait;
}

}  // namespace

Controller::Controller(model::DaemonConfiguration configuration, ControllerParts parts)
    : parts_(std::move(parts)), configuration_(std::move(configuration)), state_(parts_.state) {
    started_ = parts_.clock.now();
    boot_ = fmt::format("{:08x}", parts_.rng.next() & 0xffffffffU);
    if (const auto rows = parts_.memory.pauses()) {
        for (const auto& row : *rows) {
            Pause pause;
            pause.environment = row.environment;
            if (!row.name.empty()) pause.address = model::Address{row.kind, row.name};
            pause.reason = row.reason;
            pause.by = row.by;
            pause.since = parse_rfc3339(row.since).value_or(started_);
            pause.until = parse_rfc3339(row.until);
            pauses_.push_back(std::move(pause));
        }
    }
    const std::lock_guard lock(mutex_);
    publish_locked();
}

Controller::~Controller() {
    stop();
    finish();
}

void Controller::finish() {
    if (source_thread_.joinable()) source_thread_.join();
    watch_.reset();
    for (auto& [name, runner] : runners_)
        if (runner->thread.joinable()) runner->thread.join();
    for (auto& runner : gone_)
        if (runner->thread.joinable()) runner->thread.join();
}

void Controller::start() {
    emit(EventType::started, EventSeverity::info, {}, fmt::format("regent {} started", parts_.version));
    source_thread_ = std::jthread([this](const std::stop_token& token) { follow_source(token); });
}

void Controller::stop() noexcept {
    if (stopping_.exchange(true)) return;
    std::vector<Runner*> runners;
    {
        const std::lock_guard lock(mutex_);
        runners.reserve(runners_.size() + gone_.size());
        for (const auto& [name, runner] : runners_) runners.push_back(runner.get());
        for (const auto& runner : gone_) runners.push_back(runner.get());
        changed_.notify_all();
    }
    for (auto* runner : runners) {
        runner->thread.request_stop();
        runner->keeper->interrupt();
    }
    source_thread_.request_stop();
    changed_.notify_all();
}

bool Controller::loaded() const {
    const std::lock_guard lock(mutex_);
    return loaded_;
}

void Controller::wait_until_loaded() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return loaded_ || stopping_; });
}

bool Controller::wait_until_each_ran() {
    std::unique_lock lock(mutex_);
    // An identity that is late is looked for by the runs that follow.
    const auto give_up = parts_.clock.monotonic() + longest_wait_for_identities;
    const auto ran = [&] {
        return std::all_of(runners_.begin(), runners_.end(), [&](const auto& r) {
            const auto& run = r.second->shown.last_run;
            const bool follows = run && run->result == "waiting" && r.second->due < give_up;
            return r.second->finished >= 1 && !(follows && parts_.clock.monotonic() < give_up);
        });
    };
    while (!stopping_ && !(loaded_ && ran())) changed_.wait_for(lock, 1s);
    return !source_bad_ && std::all_of(runners_.begin(), runners_.end(), [](const auto& r) {
        const auto& run = r.second->shown.last_run;
        return run && (run->result == "ok" || run->result == "noop");
    });
}

void Controller::reload(model::DaemonConfiguration configuration) {
    const std::lock_guard lock(mutex_);
    configuration_ = std::move(configuration);
    source_due_ = source_reopen_ = true;
    seen_version_.clear();  // the environments that are kept may be others now
    for (const auto& [name, runner] : runners_) {
        runner->keeper->reconnect();
        runner->forget_all = true;
        runner->trigger = "manual";
        ++runner->asked;
    }
    changed_.notify_all();
}

void Controller::add_runner(const std::string& name) {
    auto runner = std::make_unique<Runner>();
    auto* made = runner.get();
    made->name = name;
    KeeperParts parts{parts_.store,
                      parts_.memory,
                      [this](const model::Environment& environment, WaitListener on_wait) {
                          model::DaemonConfiguration configuration;
                          {
                              const std::lock_guard lock(mutex_);
                              configuration = configuration_;
                          }
                          return parts_.connect(configuration, environment, std::move(on_wait));
                      },
                      [this] { return parts_.clock.now(); },
                      [this](Event event) { emit(std::move(event)); },
                      [this, made](const EnvironmentStatus& status) {
                          const std::lock_guard lock(mutex_);
                          made->shown = status;
                          publish_locked();
                      },
                      [this, made] { made->progress = parts_.clock.monotonic(); },
                      parts_.measurements,
                      stopping_,
                      parts_.state_directory};
    made->keeper = std::make_unique<EnvironmentKeeper>(name, std::move(parts));
    runners_.emplace(name, std::move(runner));
    made->thread = std::jthread([this, made](const std::stop_token& token) { keep(*made, token); });
}

/// The thread of one environment.
void Controller::keep(Runner& runner, const std::stop_token& stop) {
    for (;;) {
        end_pauses(runner.name);
        RunOrder order;
        Answer answer;
        {
            std::unique_lock lock(mutex_);
            if (!wait_for_run(runner, lock, stop)) return;
        }
        // A place among those that run may take minutes: what is in force, frozen and asked for is what it is then.
        slots_.acquire();
        {
            const std::lock_guard lock(mutex_);
            if (runner.leave || stopping_ || !runner.workspace) {
                slots_.release();
                continue;
            }
            answer.number = runner.asked;
            answer.look = source_looked_;
            order = order_for(runner);
        }
        runner.progress = parts_.clock.monotonic();
        runner.busy = true;
        const auto run = answer.run = runner.keeper->run(order);
        runner.busy = false;
        slots_.release();
        const std::lock_guard lock(mutex_);
        if (run.result != "try-again")
            answered(runner, std::move(answer));
        else
            put_back(runner, std::move(order));
        plan_next(runner, run);
        publish_locked();
        changed_.notify_all();
    }
}

/// Until a run is due or asked for; false when there will be none any more.
bool Controller::wait_for_run(Runner& runner, std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
    for (;;) {
        if (stop.stop_requested() || runner.leave || stopping_) return false;
        const auto asked = runner.asked;
        const auto news = [&] { return runner.leave || stopping_ || runner.asked != asked; };
        if (!runner.workspace) {
            changed_.wait(lock, stop, [&] { return news() || runner.workspace; });
            continue;
        }
        // What was asked for waits only while somebody else has the environment.
        const auto at = asked > runner.finished ? runner.not_before : runner.due;
        if (parts_.clock.monotonic() >= at) return true;
        changed_.wait_until(lock, stop, at, news);
    }
}

/// Pauses whose time is over are over for good, and that is told.
void Controller::end_pauses(const std::string& environment) {
    const auto now = parts_.clock.now();
    std::vector<Pause> ended;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(pauses_, [&](const auto& pause) {
            if (pause.environment != environment || !pause.until || *pause.until > now) return false;
            ended.push_back(pause);
            return true;
        });
    }
    for (const auto& pause : ended) {
        const auto address = pause.address.value_or(model::Address{});
        (void)parts_.memory.clear_pause(environment, address.kind, address.name);
        Event event;
        event.type = EventType::resumed;
        event.environment = environment;
        event.address = pause.address;
        event.message =
            fmt::format("the pause of {} by {} is over", pause.address ? to_string(address) : environment, pause.by);
        emit(std::move(event));
    }
}

RunOrder Controller::order_for(Runner& runner) {
    RunOrder order;
    order.trigger = runner.trigger;
    order.workspace = runner.workspace;
    order.revision = runner.revision;
    order.pauses = pauses_of(runner.name);
    order.pauses_now = [this, name = runner.name] {
        const std::lock_guard lock(mutex_);
        return pauses_of(name);
    };
    order.forget = std::move(runner.forget);
    order.create_again = std::move(runner.create_again);
    order.rotations = std::move(runner.rotations);
    order.forget_all = runner.forget_all;
    order.may_apply = parts_.may_apply && configuration_.mode == model::DaemonConfiguration::Mode::apply;
    if (const auto frozen = frozen_at(parts_.clock.now(), runner.name, configuration_.freeze))
        order.frozen = fmt::format("freeze window `{}` until {}", frozen->window, rfc3339(frozen->until));
    order.parallel = configuration_.parallel;
    order.replication_grace = configuration_.replication_grace;
    order.full_read_interval = configuration_.full_read_interval;
    order.warn_before_expiry = configuration_.warn_before_expiry;
    runner.forget.clear();
    runner.create_again.clear();
    runner.rotations.clear();
    runner.forget_all = false;
    runner.trigger = "interval";
    return order;
}

/// What was asked for and not even looked at still waits.
void Controller::put_back(Runner& runner, RunOrder order) {
    if (runner.trigger == "interval") runner.trigger = order.trigger;  // else somebody asked meanwhile
    runner.forget.merge(order.forget);
    runner.create_again.merge(order.create_again);
    runner.rotations.insert(runner.rotations.end(), order.rotations.begin(), order.rotations.end());
    runner.forget_all = runner.forget_all || order.forget_all;
}

/// When to look again: at the interval, sooner where something is about to happen, later where looking does not help.
void Controller::plan_next(Runner& runner, const RunStatus& run) {
    const auto now = parts_.clock.monotonic();
    const auto wall = parts_.clock.now();
    auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(configuration_.interval);
    wait -= wait * static_cast<int>(parts_.rng.next() % 1000) / 10'000;  // up to a tenth earlier
    if (run.result == "try-again") {
        wait = 5s;
        runner.not_before = now + wait;
    } else if (run.result == "failed") {
        wait = std::min<std::chrono::milliseconds>(retry_after_failure(++runner.failures), 15min);
        runner.trigger = "retry";
    } else {
        runner.failures = 0;
        if (const auto sooner = runner.keeper->wants_run_at();
            sooner && sooner->at > wall && sooner->at - wall < wait) {
            wait = std::chrono::ceil<std::chrono::milliseconds>(sooner->at - wall);
            runner.trigger = sooner->trigger;
        }
    }
    for (const auto& pause : pauses_)  // a pause that ends is a reason to look
        if (pause.environment == runner.name && pause.until && *pause.until > wall && *pause.until - wall < wait)
            wait = std::chrono::ceil<std::chrono::milliseconds>(*pause.until - wall);
    runner.due = now + std::max<std::chrono::milliseconds>(wait, 1s);
    runner.next_run = wall + std::max<std::chrono::milliseconds>(wait, 1s);
}

bool Controller::alive() const {
    const auto now = parts_.clock.monotonic();
    const std::lock_guard lock(mutex_);
    for (const auto& [name, runner] : runners_)
        if (runner->busy && now - runner->progress.load() > stuck_after) return false;
    const auto looking = source_busy_since_.load();
    return looking == Monotonic{} || now - looking < stuck_after;
}

/// Stored first, then told: what somebody was told of can be looked up.
void Controller::emit(Event event) {
    const std::lock_guard lock(events_mutex_);
    if (event.time == Time{}) event.time = parts_.clock.now();
    event.id = fmt::format("{}-{}", boot_, ++event_number_);
    store::EventRow row;
    row.id = event.id;
    row.environment = event.environment;
    row.at = rfc3339(event.time);
    row.type = to_string(event.type);
    row.severity = to_string(event.severity);
    if (event.address) row.kind = event.address->kind, row.name = event.address->name;
    row.reason = event.reason;
    row.path = event.path;
    row.action = event.action;
    row.revision = event.revision;
    row.message = event.message;
    row.request_id = event.request_id;
    row.run = event.run;
    const auto stored = parts_.memory.add_event(row);
    for (auto* sink : parts_.sinks) sink->on_event(event);
    const auto state = stored ? parts_.state : stored.error().message;
    if (state == state_) return;
    state_ = state;
    if (stored) return;
    Event damage;
    damage.time = event.time;
    damage.id = fmt::format("{}-{}", boot_, ++event_number_);
    damage.type = EventType::state_damaged;
    damage.severity = EventSeverity::error;
    damage.message = fmt::format("the database cannot be written: {}; {}. Nothing is changed in any tenant meanwhile",
                                 stored.error().message, stored.error().help);
    for (auto* sink : parts_.sinks) sink->on_event(damage);
}

void Controller::emit(EventType type, EventSeverity severity, const std::string& environment, std::string message) {
    Event event;
    event.type = type;
    event.severity = severity;
    event.environment = environment;
    event.message = std::move(message);
    emit(std::move(event));
}

std::vector<Pause> Controller::pauses_of(const std::string& environment) const {
    std::vector<Pause> found;
    for (const auto& pause : pauses_)
        if (pause.environment == environment) found.push_back(pause);
    return found;
}

}  // namespace regent::controller
