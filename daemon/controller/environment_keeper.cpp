#include "controller/environment_keeper.hpp"

#include "controller/cycle.hpp"
#include "report/pace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

constexpr std::chrono::seconds said_at_most_every{1};

std::string endpoints_key(const model::Environment& environment) {
    auto key =
        fmt::format("{} {} {}", state_key(environment), environment.endpoints.login, environment.endpoints.power_apps);
    for (const auto& dataverse : environment.dataverses)
        key += fmt::format(" {} {}", dataverse.environment, dataverse.url);
    return key;
}

std::string time_text(const std::optional<Time>& time) {
    return time ? rfc3339(*time) : std::string{};
}

}  // namespace

bool shows_the_past(const Written& written, const plan::ResourceChange& change, const model::Snapshot& seen) {
    const model::Map* now = nullptr;
    const auto there = seen.resources.find(change.address);
    if (there != seen.resources.end() && !there->second.deleted) now = &there->second.attributes;
    for (const auto& orphan : seen.orphans)
        if (orphan.address == change.address && orphan.ownership == model::Ownership::ours) now = &orphan.attributes;
    if (now == nullptr || !written.before) return now == nullptr && !written.before;
    const auto value_of = [](const model::Map& attributes, const std::string& path) {
        const auto it = attributes.find(path);
        return it == attributes.end() ? model::Value{} : it->second;
    };
    return std::all_of(change.changes.begin(), change.changes.end(), [&](const auto& difference) {
        return value_of(*now, difference.path) == value_of(*written.before, difference.path);
    });
}

EnvironmentKeeper::EnvironmentKeeper(std::string name, KeeperParts parts)
    : name_(std::move(name)), parts_(std::move(parts)) {
    status_.name = name_;
}

void EnvironmentKeeper::interrupt() noexcept {
    const std::lock_guard lock(tenant_mutex_);
    if (tenant_) tenant_->interrupt();
}

void EnvironmentKeeper::reconnect() {
    const std::lock_guard lock(tenant_mutex_);
    connected_to_.clear();
}

tl::expected<std::shared_ptr<Tenant>, SignInError> EnvironmentKeeper::tenant_of(const model::Environment& environment) {
    const auto key = endpoints_key(environment);
    const std::lock_guard lock(tenant_mutex_);
    if (tenant_ && connected_to_ == key) return tenant_;
    auto connected = parts_.connect(
        environment, [this](const auto& origin, auto wait, const auto& why) { told_of_wait(origin, wait, why); });
    if (!connected) return tl::unexpected(std::move(connected.error()));
    tenant_ = std::move(*connected);
    connected_to_ = key;
    return tenant_;
}

void EnvironmentKeeper::told_of_wait(const std::string& origin, std::chrono::milliseconds wait,
                                     const std::string& why) {
    parts_.alive();
    KeeperReading* reading = nullptr;
    {
        const std::lock_guard lock(status_mutex_);
        reading = reading_;
    }
    // It stays while the thread that called reads.
    if (reading != nullptr) return reading->waits(why, wait);
    say(fmt::format("{}: {}, goes on in {}", origin, why, report::duration_text(wait)));
}

void EnvironmentKeeper::say(const std::string& text) {
    std::vector<ServiceCounters> services;
    // Who connects holds it, may have to wait in there and tells so: then there is nothing to count yet.
    if (const std::unique_lock lock(tenant_mutex_, std::try_to_lock); lock && tenant_) services = tenant_->services();
    const std::lock_guard lock(status_mutex_);
    status_.waiting_for = text;
    // Whoever looks because nothing moves is to see how often it was refused.
    if (!services.empty()) status_.services = std::move(services);
    parts_.publish(status_);
}

void EnvironmentKeeper::show_waiting(const model::Address& address, const std::string& what,
                                     const std::string& revision) {
    const std::lock_guard lock(status_mutex_);
    const auto object = std::find_if(status_.objects.begin(), status_.objects.end(),
                                     [&](const auto& shown) { return shown.address == address; });
    if (object == status_.objects.end()) return;
    auto& conditions = object->conditions;
    auto ready = std::find_if(conditions.begin(), conditions.end(), [](const auto& c) { return c.type == "Ready"; });
    if (ready == conditions.end()) return;
    if (ready->status != ConditionStatus::no) ready->since = parts_.now();
    ready->status = ConditionStatus::no;
    ready->reason = ConditionReason::waiting_for_reference;
    ready->message = what;
    ready->observed_revision = revision;
    std::erase_if(conditions, [](const auto& c) { return c.type == "Reconciling"; });
}

void EnvironmentKeeper::watch_reading(KeeperReading* reading) {
    const std::lock_guard lock(status_mutex_);
    reading_ = reading;
}

void KeeperReading::read(const provider::PartRead& part) {
    alive_();
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    pace_.read(part, now);
    const bool another = part.what != what_;
    if (!another && said_ && now - *said_ < said_at_most_every) return;
    what_ = part.what;
    said_ = now;
    say_(pace_.text(now));
}

void KeeperReading::waits(std::string_view why, std::chrono::milliseconds duration) {
    alive_();
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    pace_.waits(why, duration, now);
    said_ = now;
    say_(pace_.text(now));
}

RunStatus EnvironmentKeeper::run(const RunOrder& order) {
    const auto key = state_key(order.workspace->environment);
    if (!restored_) restore_objects(key);
    prepare_memory(order);
    begin_status(order);
    Cycle cycle(*this, order, key);
    auto run = cycle.run();
    remember_objects(key);
    end_status(order, run);
    return run;
}

/// A new commit, or a person, is a reason to try at once what failed before.
void EnvironmentKeeper::prepare_memory(const RunOrder& order) {
    const bool news = order.revision.commit != last_revision_ && !last_revision_.empty();
    for (auto& [address, known] : objects_) {
        if (!news && !order.forget_all && !order.forget.contains(address)) continue;
        known.failures = 0;
        known.next_try.reset();
        known.waits_since.reset();
        known.next_look.reset();
        known.rewrites = 0;
        known.breaker_until.reset();
        known.breaker_opened = 0;
    }
    last_revision_ = order.revision.commit;
}

void EnvironmentKeeper::begin_status(const RunOrder& order) {
    const std::lock_guard lock(status_mutex_);
    status_.tenant_id = order.workspace->environment.tenant_id;
    status_.in_force = order.revision;
    const bool may = order.may_apply && order.workspace->environment.policy.mode == model::Policy::Mode::apply;
    status_.mode = may ? "apply" : "plan";
    status_.frozen = order.frozen;
    status_.pause.reset();
    for (const auto& pause : order.pauses)
        if (!pause.address && (!pause.until || *pause.until > parts_.now())) status_.pause = pause;
    status_.running = RunStatus{};
    status_.running->trigger = order.trigger;
    status_.running->revision = order.revision.commit;
    status_.running->started = parts_.now();
    parts_.publish(status_);
}

void EnvironmentKeeper::end_status(const RunOrder&, const RunStatus& run) {
    const std::lock_guard lock(status_mutex_);
    status_.running.reset();
    status_.waiting_for.clear();
    status_.last_run = run;
    if (tenant_) status_.services = tenant_->services();
    if (run.result == "ok" || run.result == "noop") status_.last_success = run;
    parts_.publish(status_);
}

std::optional<EnvironmentKeeper::Wish> EnvironmentKeeper::wants_run_at() const {
    std::optional<Wish> soonest;
    const auto now = parts_.now();
    // What was due and was not done (paused, refused, withheld) is no reason to hurry again: it waits for a person or
    // the interval, and hides nothing that lies ahead.
    const auto take = [&](const std::optional<Time>& time, const char* trigger) {
        if (time && *time > now && (!soonest || *time < soonest->at)) soonest = {*time, trigger};
    };
    for (const auto& [address, known] : objects_) {
        take(known.next_try, "retry");
        take(known.next_look, "retry");
        take(known.breaker_until, "retry");
    }
    const std::lock_guard lock(status_mutex_);
    for (const auto& credential : status_.credentials) {
        if (!credential.declared) continue;
        take(credential.rotates_at, "expiry");
        take(credential.leaves_at, "expiry");
    }
    return soonest;
}

void EnvironmentKeeper::remember_objects(const std::string& key) {
    std::vector<store::ObjectRow> rows;
    {
        const std::lock_guard lock(status_mutex_);
        for (const auto& object : status_.objects) {
            store::ObjectRow row;
            row.environment = key;
            row.address = object.address;
            if (const auto* ready = object.condition("Ready")) {
                row.ready = to_string(ready->status);
                row.reason = to_string(ready->reason);
                row.message = ready->message;
                row.since = rfc3339(ready->since);
            }
            row.last_change = time_text(object.last_change);
            row.last_change_summary = object.last_change_summary;
            row.next_try = time_text(object.next_try);
            row.failures = object.failures;
            row.error_code = object.error_code;
            rows.push_back(std::move(row));
        }
    }
    if (rows == remembered_) return;  // a quiet tenant writes nothing
    if (parts_.memory.set_objects(key, rows)) remembered_ = std::move(rows);
}

/// After a restart the back-off goes on, and nobody is told twice that an object is not ready.
void EnvironmentKeeper::restore_objects(const std::string& key) {
    restored_ = true;
    const auto rows = parts_.memory.objects(key);
    if (!rows) return;
    const std::lock_guard lock(status_mutex_);
    for (const auto& row : *rows) {
        auto& known = objects_[row.address];
        known.failures = row.failures;
        known.error_code = row.error_code;
        known.last_change = parse_rfc3339(row.last_change);
        known.last_change_summary = row.last_change_summary;
        known.next_try = parse_rfc3339(row.next_try);
        ObjectStatus object;
        object.address = row.address;
        Condition ready{"Ready", ConditionStatus::unknown, ConditionReason::progressing, row.message, {}, {}};
        ready.status = row.ready == "True"    ? ConditionStatus::yes
                       : row.ready == "False" ? ConditionStatus::no
                                              : ConditionStatus::unknown;
        ready.reason = reason_named(row.reason).value_or(ConditionReason::progressing);
        ready.since = parse_rfc3339(row.since).value_or(Time{});
        object.conditions.push_back(std::move(ready));
        object.last_change = known.last_change;
        object.last_change_summary = row.last_change_summary;
        status_.objects.push_back(std::move(object));
    }
}

}  // namespace regent::controller
