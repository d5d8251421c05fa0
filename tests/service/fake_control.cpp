#include "service/fake_control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace regent::tests {

using namespace controller;

namespace {

constexpr const char* newest = "9b1e77d0c3a84f2f9d7a5c1e2b3f405162738495";

Condition condition(const char* type, ConditionStatus status, ConditionReason reason, std::string message, Time since) {
    return {type, status, reason, std::move(message), since, newest};
}

ObjectStatus object(const char* kind, const char* name, ConditionReason reason, bool ready, bool synced, Time now,
                    std::string message = {}) {
    ObjectStatus object;
    object.address = {kind, name};
    object.place = {fmt::format("base/{}.regent.yaml", name), 5, 1};
    object.remote_id = "e36f837b-1970-4512-9edf-ffb0a1180e13";
    object.conditions = {
        condition("Ready", ready ? ConditionStatus::yes : ConditionStatus::no, reason, std::move(message), now - 12min),
        condition("Synced", synced ? ConditionStatus::yes : ConditionStatus::no, reason, "", now - 12min)};
    object.last_read = now;
    object.last_change = now - 48h;
    object.last_change_summary = "updated redirectUris.web";
    return object;
}

EnvironmentStatus prod(Time now) {
    EnvironmentStatus prod;
    prod.name = "prod";
    prod.tenant_id = "11111111-1111-1111-1111-111111111111";
    prod.mode = "apply";
    prod.in_force = {"main", newest, "Bob", "Portal signs in with its identity", now - 48h};
    RunStatus run;
    run.id = 1184;
    run.trigger = "interval";
    run.result = "ok";
    run.revision = newest;
    run.started = now - 3100ms;
    run.finished = now;
    run.read = 21;
    prod.last_run = prod.last_success = run;
    prod.looked_at = run.finished;
    prod.next_run = now + 10min;

    prod.objects = {object("Application", "arm-connector", ConditionReason::in_sync, true, true, now),
                    object("Application", "customer-portal", ConditionReason::permission_denied, false, false, now,
                           "cannot grant admin consent"),
                    object("Application", "legacy-crm", ConditionReason::in_sync, true, true, now),
                    object("Application", "orders-api", ConditionReason::drift_corrected, true, true, now,
                           "removed credential \"manual-test\""),
                    object("Connector", "arm", ConditionReason::in_sync, true, true, now),
                    object("Connector", "arm-mi", ConditionReason::in_sync, true, true, now)};
    auto& portal = prod.objects[1];
    portal.error_code = "RG0704";
    portal.error_help = "an administrator grants it in the portal";
    portal.request_id = "5f0c7a0e-0000-4000-8000-000000000001";
    portal.failures = 3;
    portal.next_try = now + 4min;
    portal.differences = {{"permissions", "Mail.Send", "granted", "not granted", "", false}};
    portal.waits_for = {"Connector/arm-mi"};
    portal.outputs = {{"appId", "11c8fdd6-8b5f-4d54-9c55-7d1fa5ae9b34"}};
    prod.objects[2].policy = "observe";
    prod.objects[4].pause =
        Pause{"prod", model::Address{"Connector", "arm"}, "vendor maintenance", "bob (uid 1000)", now - 1h, now + 2h};
    prod.credentials = {{{"Application", "arm-connector"},
                         "arm",
                         "key-1",
                         model::CredentialType::secret,
                         true,
                         now + 240h,
                         now + 48h,
                         std::nullopt,
                         {"Connector/arm"}}};
    prod.services = {{"graph", 120, 0, 0, 0ms, "", std::nullopt},
                     {"powerplatform", 60, 2, 2, 4200ms, "", std::nullopt}};
    return prod;
}

EnvironmentStatus dev(Time now) {
    EnvironmentStatus dev;
    dev.name = "dev";
    dev.mode = "plan";
    dev.in_force = {"main", newest, "Bob", "Portal signs in with its identity", now - 48h};
    RunStatus run;
    run.id = 1183;
    run.trigger = "commit";
    run.result = "noop";
    run.revision = newest;
    run.started = now - 30s;
    run.finished = now - 28s;
    dev.last_run = dev.last_success = run;
    dev.looked_at = run.finished;
    dev.objects = {
        object("Application", "portal", ConditionReason::drifted, false, false, now, "differs in displayName")};
    dev.pending = PendingPlan{"ad9b513c7d1e0000", "mode plan", "Plan: 1 to update.\n", {{"update", 1}}, newest};
    return dev;
}

}  // namespace

ServiceStatus sample_status(Time now) {
    ServiceStatus status;
    status.instance = "id1";
    status.version = "0.1.0";
    status.started = now - 76h;
    status.taken = now;
    status.interval = 600s;
    status.source.kind = "git";
    status.source.location = "https://git.example.org/identities.git";
    status.source.verification = "none";
    status.source.newest = {"main", newest, "Bob", "Portal signs in with its identity", now - 48h};
    status.source.last_fetch = status.source.last_success = now - 40s;
    status.source.files = 6;
    status.source.fetches_ok = 190;
    status.state = "ok";
    status.environments = {dev(now), prod(now)};
    return status;
}

ObjectStatus& object_in(ServiceStatus& status, const std::string& environment, const model::Address& address) {
    for (auto& candidate : status.environments)
        if (candidate.name == environment)
            for (auto& object : candidate.objects)
                if (object.address == address) return object;
    throw std::runtime_error("the sample has no " + model::to_string(address));
}

void FakeControl::publish(ServiceStatus status) {
    const std::lock_guard lock(mutex_);
    status_ = std::make_shared<const ServiceStatus>(std::move(status));
    ++number_;
    published_.notify_all();
}

void FakeControl::change(const std::function<void(ServiceStatus&)>& edit) {
    auto copy = *status();
    edit(copy);
    publish(std::move(copy));
}

void FakeControl::add_event(Event event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    ++number_;
}

void FakeControl::finish_runs() {
    const std::lock_guard lock(mutex_);
    done_ = tickets_;
}

StatusPointer FakeControl::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

std::uint64_t FakeControl::status_number() const {
    const std::lock_guard lock(mutex_);
    return number_;
}

std::uint64_t FakeControl::wait_for_status(std::uint64_t seen, std::chrono::milliseconds patience) const {
    std::unique_lock lock(mutex_);
    published_.wait_for(lock, patience, [&] { return number_ > seen; });
    return number_;
}

tl::expected<std::vector<Control::Ticket>, ControlError> FakeControl::reconcile(const ReconcileRequest& request) {
    std::vector<Ticket> tickets;
    {
        const std::lock_guard lock(mutex_);
        if (fails_with) return tl::unexpected(*fails_with);
        reconciles.push_back(request);
        for (const auto& environment : status_->environments)
            if (request.environment.empty() || request.environment == environment.name)
                tickets.push_back({environment.name, ++tickets_});
    }
    if (on_reconcile) on_reconcile();
    return tickets;
}

bool FakeControl::done(const Ticket& ticket) const {
    const std::lock_guard lock(mutex_);
    return ticket.number <= done_;
}

std::vector<Control::AnsweringRun> FakeControl::answers(const Ticket& ticket) const {
    const std::lock_guard lock(mutex_);
    const auto* environment = status_->environment(ticket.environment);
    if (ticket.number > done_ || environment == nullptr || !environment->last_run) return {};
    return {{ticket.environment, *environment->last_run}};
}

tl::expected<void, ControlError> FakeControl::pause(const PauseRequest& request) {
    const std::lock_guard lock(mutex_);
    if (fails_with) return tl::unexpected(*fails_with);
    pauses.push_back(request);
    return {};
}

tl::expected<void, ControlError> FakeControl::resume(const std::string& environment,
                                                     const std::optional<model::Address>& address,
                                                     const std::string& by) {
    const std::lock_guard lock(mutex_);
    if (fails_with) return tl::unexpected(*fails_with);
    resumes.push_back(fmt::format("{} {} by {}", environment, address ? model::to_string(*address) : "all", by));
    return {};
}

tl::expected<controller::Control::Approval, ControlError> FakeControl::approve(const std::string& environment,
                                                                               const std::string& plan_id,
                                                                               const std::string& by) {
    const std::lock_guard lock(mutex_);
    if (fails_with) return tl::unexpected(*fails_with);
    approvals.push_back(fmt::format("{} {} by {}", environment, plan_id, by));
    return Approval{by, true, {}};
}

tl::expected<model::Environment, controller::ControlError> FakeControl::environment(const std::string& name) const {
    if (fails_with) return tl::unexpected(*fails_with);
    if (!name.empty() && name != "prod")
        return tl::unexpected(controller::ControlError{controller::ControlError::Kind::not_found,
                                                       "no environment `" + name + "` is kept here", ""});
    model::Environment found;
    found.name = "prod";
    return found;
}

tl::expected<std::vector<HistoryEntry>, ControlError> FakeControl::history(const HistoryFilter& filter) const {
    const std::lock_guard lock(mutex_);
    std::vector<HistoryEntry> found;
    for (const auto& entry : runs) {
        if (!filter.environment.empty() && filter.environment != entry.environment) continue;
        if (filter.run && *filter.run != entry.run.id) continue;
        if (found.size() < filter.limit) found.push_back(entry);
    }
    return found;
}

tl::expected<std::vector<ChangeEntry>, ControlError> FakeControl::changes(const HistoryFilter& filter) const {
    const std::lock_guard lock(mutex_);
    std::vector<ChangeEntry> found;
    for (const auto& change : all_changes) {
        if (filter.run && *filter.run != change.run) continue;
        if (filter.address && *filter.address != change.address) continue;
        found.push_back(change);
    }
    return found;
}

tl::expected<std::vector<Event>, ControlError> FakeControl::events(const HistoryFilter& filter) const {
    const std::lock_guard lock(mutex_);
    std::vector<Event> found;
    bool after = filter.after_event.empty();
    for (const auto& event : events_) {
        const bool wanted = after && (!filter.since || event.time >= *filter.since) &&
                            (!filter.address || event.address == filter.address) &&
                            (!filter.minimum_severity || event.severity >= *filter.minimum_severity) &&
                            (filter.environment.empty() || event.environment == filter.environment);
        if (wanted) found.push_back(event);
        after = after || event.id == filter.after_event;
    }
    return found;
}

}  // namespace regent::tests
