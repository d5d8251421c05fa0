// What a run tells when it is over: the status of every object, and the events that somebody wants to hear of.

#include "controller/connections.hpp"
#include "controller/cycle.hpp"
#include "controller/hand_overs.hpp"
#include "report/change_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace regent::controller {
namespace {

std::string_view word_of(plan::Change::Op op) {
    return op == plan::Change::Op::add ? "add" : op == plan::Change::Op::remove ? "remove" : "set";
}

}  // namespace

bool has_drift(const plan::ResourceChange& resource) {
    return resource.gone_outside ||
           std::any_of(resource.changes.begin(), resource.changes.end(), [](const auto& c) { return c.drift; });
}

namespace {

std::string words_of_repair(const plan::ResourceChange& resource) {
    if (!resource.gone_outside) return "it was put back";
    return fmt::format("it was {}{}", report::past_word_for(resource),
                       resource.reason == plan::Reason::restored ? "" : " again");
}

}  // namespace

report::RunReport Cycle::report_of(const Planned& planned) const {
    auto report = planned.report;
    report.plan = &planned.plan;
    report.revision = order_.revision.text();
    return report;
}

std::vector<ObjectStatus> Cycle::objects_at(const Planned& now, const std::vector<Pause>& paused) const {
    const auto report = report_of(now);
    const auto whole = with_objects_left_alone(now.plan, order_.workspace->graph, now.snapshot);
    const RunFacts facts{order_.workspace->graph,
                         before_.plan,
                         whole ? *whole : now.plan,
                         now.snapshot,
                         report,
                         outcomes_,
                         holds_,
                         held_.waits_for,
                         left_alone_,
                         left_alone_message_,
                         run_.revision,
                         order_.warn_before_expiry,
                         parts_.now()};
    return objects_after(facts, objects_before_, keeper_.objects_, paused);
}

/// Objects that nobody has seen yet are shown before the first steps have ended, which can take minutes.
void Cycle::show_what_begins() {
    auto objects = objects_at(before_, pauses());
    const std::lock_guard lock(keeper_.status_mutex_);
    auto& shown = keeper_.status_.objects;
    if (shown.empty()) keeper_.status_.looked_at = parts_.now();
    for (auto& object : objects)
        if (!objects_before_.contains(object.address)) shown.push_back(std::move(object));
    std::sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
    parts_.publish(keeper_.status_);
}

void Cycle::tell() {
    const bool read_again = result_ && !after_.report.timestamp.empty();
    const auto& now = read_again ? after_ : before_;
    const auto paused = pauses();
    holds_ = holds_at(parts_.now(), keeper_.objects_, paused);
    holds_.insert(mistaken_.begin(), mistaken_.end());
    // An object that failed just now is told with its own words, not as one that is held.
    for (const auto& [address, outcome] : outcomes_)
        if (const auto hold = holds_.find(address); hold != holds_.end() && hold->second.why == Hold::Why::backing_off)
            holds_.erase(hold);
    auto objects = objects_at(now, paused);
    auto credentials = credentials_in(order_.workspace->graph, now.plan);
    tell_drift();
    tell_changes();
    tell_objects(objects);
    tell_expiry(credentials);
    tell_pending();
    const std::lock_guard lock(keeper_.status_mutex_);
    keeper_.status_.objects = std::move(objects);
    keeper_.status_.looked_at = parts_.now();
    keeper_.status_.credentials = std::move(credentials);
    publish_pending();
}

void Cycle::emit(EventType type, EventSeverity severity, std::string message, std::optional<model::Address> address,
                 std::string reason, std::string path, std::string action, std::string request_id) {
    Event event;
    event.time = parts_.now();
    event.type = type;
    event.severity = severity;
    event.environment = keeper_.name_;
    event.address = std::move(address);
    event.reason = std::move(reason);
    event.path = std::move(path);
    event.action = std::move(action);
    event.revision = run_.revision;
    event.message = std::move(message);
    event.request_id = std::move(request_id);
    events_.push_back(std::move(event));
}

void Cycle::tell_drift() {
    const auto report = report_of(before_);
    std::map<model::Address, std::string> seen;
    for (const auto& resource : before_.plan.resources) {
        if (!has_drift(resource)) continue;
        auto lines = report::deleted_outside(resource);
        std::string path;
        for (const auto& line :
             report::change_lines(report::outside_changes(resource), report, report::fate_of(resource))) {
            lines += fmt::format("{}{} {}{}", lines.empty() ? "" : ", ", line.path, line.sign == ' ' ? '=' : line.sign,
                                 line.text);
            if (path.empty()) path = "/" + line.path;
        }
        seen.emplace(resource.address, lines);
        const auto known = keeper_.known_drift_.find(resource.address);
        if (known != keeper_.known_drift_.end() && known->second == lines) continue;
        const auto outcome = outcomes_.find(resource.address);
        const bool reverted = outcome != outcomes_.end() && outcome->second.state == apply::StepState::done;
        emit(EventType::drift, EventSeverity::warning,
             fmt::format("{} {}{}; {}", report::shown(resource.address),
                         resource.gone_outside ? "" : "was changed outside: ", lines,
                         reverted                       ? words_of_repair(resource)
                         : left_alone_ != LeftAlone::no ? "it is left as it is: " + left_alone_message_
                                                        : std::string("it is not put back yet")),
             resource.address, "Drifted", path, reverted ? "revert" : "report");
        parts_.measurements.drift(resource.address.kind, reverted ? "reverted" : "reported");
    }
    // Put back is over: the same change again is news again.
    for (const auto& [address, outcome] : outcomes_)
        if (outcome.state == apply::StepState::done) seen.erase(address);
    keeper_.known_drift_ = std::move(seen);
}

void Cycle::tell_changes() {
    if (!result_) return;
    const auto report = report_of(before_);
    const auto at = rfc3339(parts_.now());
    for (const auto& [address, outcome] : outcomes_) {
        const auto* change = change_of(address);
        const auto action = change == nullptr ? plan::Action::update : change->action;
        const bool done = outcome.state == apply::StepState::done;
        if (outcome.state == apply::StepState::failed)
            parts_.measurements.change(address.kind, to_string(action), "failed");
        const auto connections = change == nullptr ? std::string{} : connection_words(*change);
        const auto urgency =
            connections.empty() || action == plan::Action::create ? EventSeverity::info : EventSeverity::warning;
        if (!done && !connections.empty() && was_made(*change, held_.plan, *result_))
            emit(EventType::applied, urgency, fmt::format("{} was made: {}", report::shown(address), connections),
                 address, "Applied", {}, std::string(to_string(action)));
        if (!done || change == nullptr) continue;
        parts_.measurements.change(address.kind, to_string(action), "ok");
        std::set<std::string> paths;
        for (const auto& field : change->changes) {
            store::ChangeRow row{0,          key_,
                                 address,    std::string(word_of(field.op)),
                                 field.path, model::with_visible_controls(field.element),
                                 {},         {},
                                 at,         field.drift};
            if (!field.sensitive) {
                if (!field.before.is_null()) row.before = report::value_text(field.path, field.before, report);
                if (!field.after.is_null()) row.after = report::value_text(field.path, field.after, report);
            } else {
                row.after = model::with_visible_controls(field.note);
            }
            changes_.push_back(std::move(row));
            paths.insert(field.path);
        }
        if (change->changes.empty())
            changes_.push_back({0, key_, address, std::string(to_string(action)), {}, {}, {}, {}, at, false});
        emit(EventType::applied, urgency,
             fmt::format("{} {}{}{}{}", report::shown(address), report::past_word_for(*change),
                         action == plan::Action::update && !paths.empty() ? fmt::format(": {}", fmt::join(paths, ", "))
                                                                          : std::string{},
                         connections.empty() ? "" : "; ", connections),
             address, has_drift(*change) ? "DriftCorrected" : "Applied", {}, std::string(to_string(action)));
    }
    for (std::size_t i = 0; i < result_->outcomes.size(); ++i) {
        const auto end = end_of_rotation(held_.plan, *result_, i);
        if (!end) continue;
        parts_.measurements.rotation(*end == RotationEnd::ok ? "ok" : "failed");
        if (*end == RotationEnd::failed) failed_rotations_.insert(held_.plan.steps[i].address);
    }
}

void Cycle::tell_objects(const std::vector<ObjectStatus>& objects) {
    for (const auto& object : objects) {
        const auto* ready = object.condition("Ready");
        const auto before = objects_before_.find(object.address);
        const auto* was = before == objects_before_.end() ? nullptr : before->second.condition("Ready");
        const bool was_bad = was != nullptr && was->status == ConditionStatus::no;
        // Each try issues a secret, and each failure of that is news.
        const bool again = was_bad && was->reason == ready->reason;
        if (ready->status == ConditionStatus::no && (!again || failed_rotations_.contains(object.address))) {
            const auto outcome = outcomes_.find(object.address);
            const bool waits = ready->reason == ConditionReason::waiting_for_reference;
            emit(EventType::not_ready, waits ? EventSeverity::info : EventSeverity::warning,
                 fmt::format("{} is {}not ready: {}: {}", report::shown(object.address), again ? "still " : "",
                             to_string(ready->reason), ready->message),
                 object.address, std::string(to_string(ready->reason)), {}, {},
                 outcome == outcomes_.end() ? std::string{} : outcome->second.error.request_id);
        } else if (ready->status == ConditionStatus::yes && was_bad) {
            emit(EventType::ready, EventSeverity::info, fmt::format("{} is ready", report::shown(object.address)),
                 object.address, std::string(to_string(ready->reason)));
        }
    }
}

namespace {

/// Where such a credential stands in its application, for those who read events by program.
std::string_view section_of(model::CredentialType type) {
    if (type == model::CredentialType::secret) return "/clientSecrets/";
    return type == model::CredentialType::certificate ? "/certificates/" : "/servicePrincipal/certificates/";
}

}  // namespace

void Cycle::tell_expiry(const std::vector<CredentialStatus>& credentials) {
    for (const auto& credential : credentials) {
        if (credential.ends_at - parts_.now() > order_.warn_before_expiry) break;  // soonest first
        if (credential.leaves_at) continue;                                        // it goes before it ends
        if (!keeper_.told_expiry_.insert(credential.key_id).second) continue;
        const bool over = credential.ends_at <= parts_.now();
        emit(EventType::credential_expiring, EventSeverity::warning,
             fmt::format("{} \"{}\" of {} {} {}{}", words_of(credential.type), credential.name,
                         report::shown(credential.application), over ? "ended" : "ends", rfc3339(credential.ends_at),
                         credential.declared ? "" : " (no manifest declares it)"),
             credential.application, over ? "CredentialEnded" : "CredentialExpiring",
             std::string(section_of(credential.type)) + credential.name);
    }
}

/// Once per plan: a service that runs every minute must not say the same thing every minute.
void Cycle::tell_pending() {
    const bool asks = left_alone_ == LeftAlone::needs_approval || left_alone_ == LeftAlone::refused;
    const auto news = asks ? before_.plan.id + left_alone_message_ : std::string{};
    if (news == keeper_.told_pending_) return;
    keeper_.told_pending_ = news;
    if (news.empty()) return;
    if (!guard_.empty()) parts_.measurements.refused(guard_);
    const bool approval = left_alone_ == LeftAlone::needs_approval;
    emit(approval ? EventType::approval_needed : EventType::refused,
         approval ? EventSeverity::info : EventSeverity::error,
         fmt::format("plan {} for {} {}: {}", before_.plan.id.substr(0, 8), environment_.name,
                     approval ? "needs approval" : "was refused", left_alone_message_),
         {}, "GuardRefused");
}

/// Called with the status locked.
void Cycle::publish_pending() {
    auto& pending = keeper_.status_.pending;
    pending.reset();
    if (left_alone_ == LeftAlone::no || before_.plan.empty()) return;
    pending.emplace();
    pending->plan_id = before_.plan.id;
    pending->why = left_alone_message_;
    pending->revision = run_.revision;
    pending->text = report::write_text(report_of(before_), {});
    const auto& summary = before_.plan.summary;
    for (const auto& [name, count] : {std::pair{"create", summary.create},
                                      {"adopt", summary.adopt},
                                      {"update", summary.update},
                                      {"replace", summary.replace},
                                      {"delete", summary.remove},
                                      {"issue", summary.secrets}})
        if (count > 0) pending->actions.emplace(name, count);
}

}  // namespace regent::controller
