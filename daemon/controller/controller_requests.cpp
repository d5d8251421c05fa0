// What a person may ask of a running controller.

#include "controller/controller.hpp"
#include "plan/previous_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace regent::controller {
namespace {

ControlError refused_by(const store::StoreError& error) {
    return {ControlError::Kind::refused, error.message, error.help};
}

std::optional<EventType> type_named(std::string_view name) {
    for (int i = 0; i <= static_cast<int>(EventType::state_damaged); ++i)
        if (to_string(static_cast<EventType>(i)) == name) return static_cast<EventType>(i);
    return std::nullopt;
}

EventSeverity severity_named(std::string_view name) {
    return name == "error" ? EventSeverity::error : name == "warning" ? EventSeverity::warning : EventSeverity::info;
}

}  // namespace

tl::expected<std::vector<Controller::Runner*>, ControlError> Controller::runners_named(
    const std::string& environment) const {
    std::vector<Runner*> found;
    std::vector<std::string> names;
    for (const auto& [name, runner] : runners_) {
        names.push_back(name);
        if (environment.empty() || environment == name) found.push_back(runner.get());
    }
    if (!found.empty()) return found;
    return tl::unexpected(ControlError{
        ControlError::Kind::not_found,
        environment.empty() ? "no environment is kept yet"
                            : fmt::format("no environment `{}` is kept here", environment),
        names.empty() ? std::string("see `regent status`") : fmt::format("environments: {}", fmt::join(names, ", "))});
}

/// What its manifests declare is kept from the start, before a run has looked at it for the first time.
bool Controller::keeps(const Runner& runner, const model::Address& address) {
    if (runner.workspace && runner.workspace->graph.resources.contains(address)) return true;
    return std::any_of(runner.shown.objects.begin(), runner.shown.objects.end(),
                       [&](const auto& object) { return object.address == address; });
}

/// Whether it is of the object that is called `address` today, under a name that its manifest had before.
bool Controller::is_under_former_name(const Pause& pause, const std::optional<model::Address>& address) const {
    const auto runner = runners_.find(pause.environment);
    if (!pause.address || !address || runner == runners_.end() || !runner->second->workspace) return false;
    const auto* renamed = plan::renamed_from(runner->second->workspace->graph, *pause.address);
    return renamed != nullptr && renamed->address == *address;
}

tl::expected<model::Environment, ControlError> Controller::environment(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    auto runners = runners_named(name);
    if (!runners) return tl::unexpected(std::move(runners.error()));
    if (runners->size() == 1 && runners->front()->workspace) return runners->front()->workspace->environment;
    if (runners->size() == 1)
        return tl::unexpected(ControlError{ControlError::Kind::refused,
                                           fmt::format("the manifests of `{}` are not loaded yet", name),
                                           "see `regent status`"});
    return tl::unexpected(
        ControlError{ControlError::Kind::invalid, "which environment?", "there are several; name one"});
}

tl::expected<void, ControlError> Controller::pause(const PauseRequest& request) {
    if (request.reason.empty())
        return tl::unexpected(ControlError{ControlError::Kind::invalid, "a pause needs a reason", "add --reason"});
    const auto now = parts_.clock.now();
    std::vector<Pause> made;
    {
        const std::lock_guard lock(mutex_);
        auto runners = runners_named(request.environment);
        if (!runners) return tl::unexpected(std::move(runners.error()));
        for (auto* runner : *runners) {
            if (request.address && !keeps(*runner, *request.address)) continue;
            Pause pause{runner->name, request.address, request.reason, request.by, now, {}};
            if (request.duration) pause.until = now + *request.duration;
            made.push_back(std::move(pause));
        }
    }
    if (made.empty()) {
        return tl::unexpected(ControlError{ControlError::Kind::not_found,
                                           fmt::format("no object `{}` is kept here", to_string(*request.address)),
                                           "see `regent get`"});
    }
    for (const auto& pause : made) {
        store::PauseRow row;
        row.environment = pause.environment;
        if (pause.address) row.kind = pause.address->kind, row.name = pause.address->name;
        row.reason = pause.reason;
        row.by = pause.by;
        row.since = rfc3339(pause.since);
        if (pause.until) row.until = rfc3339(*pause.until);
        // A pause that a restart forgets is worse than none: it is refused.
        if (const auto stored = parts_.memory.set_pause(row); !stored)
            return tl::unexpected(refused_by(stored.error()));
        {
            const std::lock_guard lock(mutex_);
            std::erase_if(pauses_, [&](const auto& old) {
                return old.environment == pause.environment && old.address == pause.address;
            });
            pauses_.push_back(pause);
            if (const auto runner = runners_.find(pause.environment); runner != runners_.end()) {
                runner->second->trigger = "manual";
                ++runner->second->asked;
            }
            changed_.notify_all();
        }
        Event event;
        event.type = EventType::paused;
        event.environment = pause.environment;
        event.address = pause.address;
        event.reason = "Paused";
        event.message =
            fmt::format("{} paused by {}{}: \"{}\"", pause.address ? to_string(*pause.address) : pause.environment,
                        pause.by, pause.until ? " until " + rfc3339(*pause.until) : std::string{}, pause.reason);
        emit(std::move(event));
    }
    return {};
}

tl::expected<void, ControlError> Controller::resume(const std::string& environment,
                                                    const std::optional<model::Address>& address,
                                                    const std::string& by) {
    std::vector<Pause> ended;
    {
        const std::lock_guard lock(mutex_);
        auto runners = runners_named(environment);
        if (!runners) return tl::unexpected(std::move(runners.error()));
        for (const auto& pause : pauses_)
            if ((environment.empty() || pause.environment == environment) &&
                (pause.address == address || is_under_former_name(pause, address)))
                ended.push_back(pause);
    }
    if (ended.empty()) {
        return tl::unexpected(
            ControlError{ControlError::Kind::not_found,
                         fmt::format("{} is not paused", address               ? to_string(*address)
                                                         : environment.empty() ? std::string("no environment")
                                                                               : environment),
                         "`regent status` lists what is paused"});
    }
    for (const auto& pause : ended) {
        const auto paused = pause.address.value_or(model::Address{});
        const auto cleared = parts_.memory.clear_pause(pause.environment, paused.kind, paused.name);
        if (!cleared) return tl::unexpected(refused_by(cleared.error()));
        {
            const std::lock_guard lock(mutex_);
            std::erase_if(pauses_, [&](const auto& old) {
                return old.environment == pause.environment && old.address == pause.address;
            });
            if (const auto runner = runners_.find(pause.environment); runner != runners_.end()) {
                runner->second->trigger = "manual";
                ++runner->second->asked;
            }
            changed_.notify_all();
        }
        Event event;
        event.type = EventType::resumed;
        event.environment = pause.environment;
        event.address = pause.address;
        event.message =
            fmt::format("{} resumed by {}", pause.address ? to_string(*pause.address) : pause.environment, by);
        emit(std::move(event));
    }
    return {};
}

/// The environment as a whole; of one object a plan says itself that it is left out.
std::string Controller::pause_of(const std::string& environment) const {
    const auto now = parts_.clock.now();
    for (const auto& pause : pauses_)
        if (pause.environment == environment && !pause.address && (!pause.until || *pause.until > now))
            return fmt::format("{} is paused by {}: \"{}\"", environment, pause.by, pause.reason);
    return {};
}

tl::expected<Control::Approval, ControlError> Controller::approve(const std::string& environment,
                                                                  const std::string& plan_id, const std::string& by) {
    const auto digits = plan_id.rfind("sha256:", 0) == 0 ? plan_id.substr(7) : plan_id;
    if (digits.size() < 8)
        return tl::unexpected(
            ControlError{ControlError::Kind::invalid, "a plan's id has 8 digits at least", "`regent status` shows it"});
    const std::lock_guard one_at_a_time(approvals_mutex_);
    store::ApprovalRow row;
    std::string name;
    Approval approval{by, true, {}};
    {
        const std::lock_guard lock(mutex_);
        auto runners = runners_named(environment);
        if (!runners) return tl::unexpected(std::move(runners.error()));
        std::string others;
        for (auto* runner : *runners) {
            const auto& pending = runner->shown.pending;
            if (!pending) continue;
            others += fmt::format("{}{} ({})", others.empty() ? "" : ", ", pending->plan_id.substr(0, 8), runner->name);
            if (pending->plan_id.rfind(digits, 0) != 0) continue;
            row = {state_key(runner->workspace->environment), pending->plan_id, runner->revision.commit, by,
                   rfc3339(parts_.clock.now())};
            name = runner->name;
        }
        if (name.empty()) {
            return tl::unexpected(
                ControlError{ControlError::Kind::not_found, fmt::format("no plan {} is waiting", digits),
                             others.empty() ? "nothing waits for approval"
                                            : fmt::format("what waits now: {}; read it again", others)});
        }
        approval.pause = pause_of(name);
    }
    const auto known = parts_.memory.approvals(row.environment);
    if (!known) return tl::unexpected(refused_by(known.error()));
    for (const auto& earlier : *known)
        if (earlier.plan_id == row.plan_id) approval.by = earlier.by, approval.news = false;
    if (!approval.news) return approval;
    if (const auto stored = parts_.memory.approve(row); !stored) return tl::unexpected(refused_by(stored.error()));
    emit(EventType::approved, EventSeverity::info, name,
         fmt::format("plan {} approved by {}{}{}", row.plan_id.substr(0, 8), by, approval.pause.empty() ? "" : "; ",
                     approval.pause.empty() ? "" : approval.pause + ": it is carried out after the pause"));
    const std::lock_guard lock(mutex_);
    if (const auto runner = runners_.find(name); runner != runners_.end()) {
        runner->second->trigger = "manual";
        ++runner->second->asked;
    }
    changed_.notify_all();
    return approval;
}

std::string Controller::name_of_key(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, runner] : runners_)
        if (runner->workspace && state_key(runner->workspace->environment) == key) return name;
    const auto dot = key.rfind('.');
    return dot == std::string::npos ? key : key.substr(dot + 1);
}

store::RowFilter Controller::row_filter(const HistoryFilter& filter) const {
    store::RowFilter rows;
    if (!filter.environment.empty()) {
        rows.environment = filter.environment;
        const std::lock_guard lock(mutex_);
        if (const auto runner = runners_.find(filter.environment);
            runner != runners_.end() && runner->second->workspace)
            rows.environment = state_key(runner->second->workspace->environment);
    }
    if (filter.address) rows.kind = filter.address->kind, rows.name = filter.address->name;
    if (filter.since) rows.since = rfc3339(*filter.since);
    if (filter.run) rows.run = *filter.run;
    if (filter.minimum_severity) rows.minimum_severity = to_string(*filter.minimum_severity);
    rows.after_id = filter.after_event;
    rows.limit = filter.limit;
    return rows;
}

tl::expected<std::vector<HistoryEntry>, ControlError> Controller::history(const HistoryFilter& filter) const {
    const auto rows = parts_.memory.runs(row_filter(filter));
    if (!rows) return tl::unexpected(refused_by(rows.error()));
    std::vector<HistoryEntry> entries;
    for (const auto& row : *rows) {
        HistoryEntry entry;
        entry.environment = name_of_key(row.environment);
        entry.count = row.count;
        auto& run = entry.run;
        run.id = row.id;
        run.trigger = row.run.trigger;
        run.result = row.run.result;
        run.revision = row.run.revision;
        run.plan_id = row.run.plan_id;
        run.started = parse_rfc3339(row.run.started_at).value_or(Time{});
        run.finished = parse_rfc3339(row.run.finished_at).value_or(Time{});
        entry.last = parse_rfc3339(row.last_at).value_or(run.finished);
        run.read = row.read;
        run.created = row.run.created;
        run.adopted = row.run.adopted;
        run.updated = row.run.updated;
        run.removed = row.run.removed;
        run.secrets = row.run.secrets;
        run.failed = row.run.failed;
        run.error = row.error;
        run.error_code = row.error_code;
        entries.push_back(std::move(entry));
    }
    return entries;
}

tl::expected<std::vector<ChangeEntry>, ControlError> Controller::changes(const HistoryFilter& filter) const {
    const auto rows = parts_.memory.changes(row_filter(filter));
    if (!rows) return tl::unexpected(refused_by(rows.error()));
    std::vector<ChangeEntry> entries;
    for (const auto& row : *rows)
        entries.push_back({row.run, parse_rfc3339(row.at).value_or(Time{}), name_of_key(row.environment), row.address,
                           row.action, row.path, row.element, row.before, row.after, row.drift});
    return entries;
}

tl::expected<std::vector<Event>, ControlError> Controller::events(const HistoryFilter& filter) const {
    auto rows_wanted = row_filter(filter);
    rows_wanted.environment = filter.environment;  // events are filed under the name
    const auto rows = parts_.memory.events(rows_wanted);
    if (!rows) return tl::unexpected(refused_by(rows.error()));
    std::vector<Event> entries;
    for (const auto& row : *rows) {
        Event event;
        event.id = row.id;
        event.time = parse_rfc3339(row.at).value_or(Time{});
        event.type = type_named(row.type).value_or(EventType::applied);
        event.severity = severity_named(row.severity);
        event.environment = row.environment;
        if (!row.name.empty()) event.address = model::Address{row.kind, row.name};
        event.reason = row.reason;
        event.path = row.path;
        event.action = row.action;
        event.revision = row.revision;
        event.run = row.run;
        event.message = row.message;
        event.request_id = row.request_id;
        entries.push_back(std::move(event));
    }
    return entries;
}

}  // namespace regent::controller
