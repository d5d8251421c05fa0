#include "controller/conditions.hpp"

#include "model/attributes.hpp"
#include "plan/secret_consumers.hpp"
#include "report/change_lines.hpp"
#include "report/wording.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;

/// How long "Applied" and "DriftCorrected" are said before an object is only in sync.
constexpr auto news_lasts = 1h;

struct Verdict {
    ConditionStatus ready = ConditionStatus::yes;
    ConditionReason reason = ConditionReason::in_sync;
    std::string message;
    bool keep_ready = false;  ///< Ready stays what it was: throttled, paused
    bool synced = true;
    bool stalled = false;  ///< it will not mend by itself
};

std::string moment(Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string until(const std::optional<Time>& time) {
    return time ? fmt::format("until {} ", moment(*time)) : std::string{};
}

std::string differences_in_short(const plan::ResourceChange& resource) {
    if (resource.action == plan::Action::create) return "it is not there";
    if (resource.changes.empty()) return std::string(to_string(resource.reason));
    std::set<std::string> paths;
    for (const auto& change : resource.changes)
        paths.insert(change.element.empty() ? change.path : fmt::format("{} \"{}\"", change.path, change.element));
    std::string text;
    for (const auto& path : paths) text += (text.empty() ? "" : ", ") + path;
    return model::with_visible_controls(text) + (paths.size() == 1 ? " differs" : " differ");
}

class ObjectJudge {
public:
    explicit ObjectJudge(const RunFacts& facts) : facts_(facts) {
        for (const auto& resource : facts.before.resources) before_.emplace(resource.address, &resource);
        for (const auto& withheld : facts.now.withheld) withheld_.emplace(withheld.address, &withheld);
    }

    Verdict judge(const plan::ResourceChange& resource) const {
        Verdict verdict;
        const bool differs = resource.action != plan::Action::none;
        verdict.synced = !differs;
        if (const auto problem = problem_of(resource.address)) {
            return {ConditionStatus::no, ConditionReason::invalid_manifest, *problem, false, false, true};
        }
        if (const auto held = withheld_.find(resource.address); held != withheld_.end()) {
            return judge_withheld(*held->second);
        }
        if (const auto hold = facts_.holds.find(resource.address); hold != facts_.holds.end()) {
            return judge_held(hold->second, resource);
        }
        const auto outcome = facts_.outcomes.find(resource.address);
        if (outcome != facts_.outcomes.end() && outcome->second.state != apply::StepState::done) {
            return judge_outcome(outcome->second);
        }
        if (differs && facts_.left_alone != LeftAlone::no) return judge_left_alone(resource);
        if (const auto waits = facts_.waits_for.find(resource.address); differs && waits != facts_.waits_for.end()) {
            return {ConditionStatus::no,
                    ConditionReason::waiting_for_reference,
                    fmt::format("waits for {}", report::shown(waits->second)),
                    false,
                    false,
                    false};
        }
        if (outcome != facts_.outcomes.end()) return judge_done(resource, differs);
        if (differs) {
            return {ConditionStatus::unknown,
                    ConditionReason::progressing,
                    differences_in_short(resource),
                    false,
                    false,
                    false};
        }
        return verdict;
    }

private:
    std::optional<std::string> problem_of(const model::Address& address) const {
        const auto subject = to_string(address);
        for (const auto& problem : facts_.now.problems) {
            if (problem.subject == subject)
                return fmt::format("{}: {} ({})", to_string(problem.span.begin()), problem.message, problem.code);
        }
        return std::nullopt;
    }

    static Verdict judge_withheld(const plan::Withheld& withheld) {
        using Why = plan::Withheld::Why;
        const auto& message = withheld.message;
        switch (withheld.why) {
            case Why::observe_only:
                return {ConditionStatus::no, ConditionReason::drifted, message, false, false, false};
            case Why::create_only:
            case Why::ignored:
                return {ConditionStatus::yes, ConditionReason::in_sync, message, false, true, false};
            case Why::on_removal_keep:
                return {ConditionStatus::yes, ConditionReason::in_sync, message, false, false, false};
            case Why::prevent_delete:  // of a manifest that is gone, or that would have it replaced
                return {ConditionStatus::no, ConditionReason::guard_refused, message, false, false, true};
            case Why::waits_for_withheld:
                return {ConditionStatus::no, ConditionReason::waiting_for_reference, message, false, false, false};
            case Why::several_matches:
                return {ConditionStatus::no, ConditionReason::create_outcome_unknown, message, false, false, true};
            case Why::delivery_unknown:
                return {ConditionStatus::no, ConditionReason::guard_refused, message, false, false, true};
            case Why::foreign_owner:
            case Why::unclaimed_namesake:
            case Why::adopt_target_missing:
            case Why::adopt_target_differs:
            case Why::other_backend:
            case Why::no_place:
                break;
        }
        return {ConditionStatus::no, ConditionReason::conflict, message, false, false, true};
    }

    Verdict judge_held(const Hold& hold, const plan::ResourceChange& resource) const {
        const bool differs = resource.action != plan::Action::none;
        switch (hold.why) {
            case Hold::Why::paused:
                return {ConditionStatus::unknown,
                        ConditionReason::paused,
                        until(hold.until) + hold.message,
                        true,
                        !differs,
                        false};
            case Hold::Why::breaker_open:
                return {ConditionStatus::no,
                        ConditionReason::conflict,
                        fmt::format("{}; regent leaves it alone {}or until `regent reconcile {}`", hold.message,
                                    until(hold.until), report::shown(resource.address)),
                        false,
                        !differs,
                        true};
            case Hold::Why::backing_off:
                break;
        }
        if (!differs) return {};
        // What it failed with is still the reason; the next try is shown beside it.
        return {ConditionStatus::no, ConditionReason::service_error, {}, true, false, false};
    }

    static Verdict judge_outcome(const apply::StepOutcome& outcome) {
        using State = apply::StepState;
        if (outcome.state == State::stopped)
            return {
                ConditionStatus::unknown, ConditionReason::progressing, "the service was stopped", false, false, false};
        if (outcome.state == State::skipped) {
            return {ConditionStatus::no,
                    ConditionReason::waiting_for_reference,
                    fmt::format("waits for {}", report::shown(outcome.waits_for)),
                    false,
                    false,
                    false};
        }
        if (outcome.state == State::waiting) {
            return {ConditionStatus::no,
                    ConditionReason::waiting_for_reference,
                    outcome.error.message.empty() ? "waits for a value that the service makes" : outcome.error.message,
                    false,
                    false,
                    false};
        }
        const auto& error = outcome.error;
        auto message = error.message;
        if (!error.service.empty()) message += ": " + error.service;
        if (!error.code.empty()) message += fmt::format(" ({})", error.code);
        return {ConditionStatus::no,
                reason_of(error.kind),
                model::with_visible_controls(message),
                error.kind == provider::ErrorKind::throttled,
                false,
                is_permanent(error.kind)};
    }

    Verdict judge_left_alone(const plan::ResourceChange& resource) const {
        const auto differences = differences_in_short(resource);
        const auto why = facts_.left_alone_message;
        switch (facts_.left_alone) {
            case LeftAlone::plan_mode:
                return {ConditionStatus::no,
                        ConditionReason::drifted,
                        fmt::format("{}; {}", differences, why),
                        false,
                        false,
                        false};
            case LeftAlone::paused:
                return {ConditionStatus::unknown,
                        ConditionReason::paused,
                        fmt::format("{}; {}", why, differences),
                        true,
                        false,
                        false};
            case LeftAlone::state_broken:
                return {ConditionStatus::no,
                        ConditionReason::service_error,
                        fmt::format("{}; {}", differences, why),
                        false,
                        false,
                        true};
            case LeftAlone::needs_approval:
            case LeftAlone::refused:
            case LeftAlone::no:
                break;
        }
        return {ConditionStatus::no,
                ConditionReason::guard_refused,
                fmt::format("{}; {}", differences, why),
                false,
                false,
                true};
    }

    Verdict judge_done(const plan::ResourceChange& resource, bool differs) const {
        const auto was = before_.find(resource.address);
        const bool drift = was != before_.end() && was->second->reason == plan::Reason::drifted;
        if (differs) {
            return {ConditionStatus::unknown,
                    ConditionReason::progressing,
                    fmt::format("written; {} when read back", differences_in_short(resource)),
                    false,
                    false,
                    false};
        }
        return {ConditionStatus::yes,
                drift ? ConditionReason::drift_corrected : ConditionReason::applied,
                was == before_.end() ? std::string{} : summary_of(*was->second, drift),
                false,
                true,
                false};
    }

    static std::string summary_of(const plan::ResourceChange& resource, bool drift) {
        if (resource.action == plan::Action::create) return "created";
        if (resource.action == plan::Action::adopt) return "adopted";
        std::set<std::string> paths;
        for (const auto& change : resource.changes)
            paths.insert(change.element.empty() ? change.path : fmt::format("{} \"{}\"", change.path, change.element));
        std::string text = drift ? "put back" : "changed";
        for (const auto& path : paths) text += (text.back() == 'k' || text.back() == 'd' ? " " : ", ") + path;
        return model::with_visible_controls(text);
    }

    const RunFacts& facts_;
    std::map<model::Address, const plan::ResourceChange*> before_;
    std::map<model::Address, const plan::Withheld*> withheld_;
};

/// Sets the condition `type`, keeping its time when the status is what it was.
void set_condition(ObjectStatus& object, const ObjectStatus* previous, Condition condition) {
    const auto* old = previous != nullptr ? previous->condition(condition.type) : nullptr;
    if (old != nullptr && old->status == condition.status) condition.since = old->since;
    object.conditions.push_back(std::move(condition));
}

void set_ready(ObjectStatus& object, const ObjectStatus* previous, Verdict verdict, const RunFacts& facts) {
    const auto* old = previous != nullptr ? previous->condition("Ready") : nullptr;
    if (verdict.keep_ready && old != nullptr) {
        verdict.ready = old->status;
        if (verdict.message.empty()) verdict.reason = old->reason, verdict.message = old->message;
    }
    // News stay news for a while, so that somebody who looks a minute later still reads them.
    const bool quiet = verdict.ready == ConditionStatus::yes && verdict.reason == ConditionReason::in_sync;
    if (quiet && old != nullptr && previous->last_change && facts.at - *previous->last_change < news_lasts &&
        (old->reason == ConditionReason::applied || old->reason == ConditionReason::drift_corrected)) {
        verdict.reason = old->reason;
        verdict.message = old->message;
    }
    set_condition(object, previous,
                  {"Ready", verdict.ready, verdict.reason, verdict.message, facts.at, facts.revision});
    set_condition(object, previous,
                  {"Synced", verdict.synced ? ConditionStatus::yes : ConditionStatus::no, verdict.reason,
                   verdict.synced ? std::string{} : verdict.message, facts.at, facts.revision});
    if (verdict.stalled)
        set_condition(object, previous,
                      {"Stalled", ConditionStatus::yes, verdict.reason, verdict.message, facts.at, facts.revision});
    if (verdict.ready == ConditionStatus::unknown && verdict.reason == ConditionReason::progressing)
        set_condition(object, previous,
                      {"Reconciling", ConditionStatus::yes, verdict.reason, verdict.message, facts.at, facts.revision});
}

void set_credentials(ObjectStatus& object, const ObjectStatus* previous, const std::vector<CredentialStatus>& all,
                     const RunFacts& facts) {
    const CredentialStatus* first = nullptr;
    bool any = false;
    for (const auto& credential : all) {
        if (credential.application != object.address) continue;
        any = true;
        if (credential.declared && (first == nullptr || credential.ends_at < first->ends_at)) first = &credential;
    }
    if (!any) return;
    Condition condition{"CredentialsValid", ConditionStatus::yes, ConditionReason::in_sync, {},
                        facts.at,           facts.revision};
    if (first != nullptr && first->ends_at <= facts.at) {
        condition.status = ConditionStatus::no;
        condition.reason = ConditionReason::credential_expiring;
        condition.message = fmt::format("secret \"{}\" ended {}", first->name, moment(first->ends_at));
    } else if (first != nullptr && first->ends_at - facts.at <= facts.warn_before_expiry) {
        condition.reason = ConditionReason::credential_expiring;
        condition.message = fmt::format("secret \"{}\" ends {}", first->name, moment(first->ends_at));
    }
    set_condition(object, previous, std::move(condition));
}

std::vector<FieldStatus> fields_of(const std::vector<plan::Change>& changes, const report::RunReport& report) {
    std::vector<FieldStatus> fields;
    for (const auto& change : changes) {
        FieldStatus field;
        field.path = change.path;
        field.element = model::with_visible_controls(change.element);
        field.drift = change.drift;
        field.note = model::with_visible_controls(change.note);
        if (!change.sensitive) {
            if (!change.after.is_null()) field.wanted = report::value_text(change.path, change.after, report);
            if (!change.before.is_null()) field.live = report::value_text(change.path, change.before, report);
        }
        fields.push_back(std::move(field));
    }
    return fields;
}

std::string_view policy_name(model::ManagementPolicy policy) {
    switch (policy) {
        case model::ManagementPolicy::full:
            return "full";
        case model::ManagementPolicy::create_only:
            return "create-only";
        case model::ManagementPolicy::observe:
            return "observe";
    }
    return "full";
}

void take_observed(ObjectStatus& object, const model::Snapshot& snapshot) {
    const auto found = snapshot.resources.find(object.address);
    if (found == snapshot.resources.end()) return;
    for (const auto& [name, value] : found->second.outputs) {
        if (name == "appId" || name == "objectId" || name == "redirectUrl" || name == "identity/subject" ||
            name == "servicePrincipalId")
            object.outputs.emplace(name, model::with_visible_controls(value));
    }
    for (const auto& remark : found->second.remarks) object.remarks.push_back(model::with_visible_controls(remark));
    if (object.remote_id.empty() && !found->second.deleted) object.remote_id = found->second.id;
}

}  // namespace

ConditionReason reason_of(provider::ErrorKind kind) noexcept {
    using Kind = provider::ErrorKind;
    switch (kind) {
        case Kind::sign_in:
        case Kind::forbidden:
            return ConditionReason::permission_denied;
        case Kind::throttled:
            return ConditionReason::throttled;
        case Kind::conflict:
            return ConditionReason::conflict;
        case Kind::outcome_unknown:
            return ConditionReason::create_outcome_unknown;
        case Kind::not_yet:
            return ConditionReason::waiting_for_reference;
        case Kind::interrupted:
            return ConditionReason::progressing;
        case Kind::transient:
        case Kind::not_found:
        case Kind::rejected:
        case Kind::incomplete:
            break;
    }
    return ConditionReason::service_error;
}

bool is_permanent(provider::ErrorKind kind) noexcept {
    using Kind = provider::ErrorKind;
    return kind == Kind::sign_in || kind == Kind::forbidden || kind == Kind::rejected || kind == Kind::outcome_unknown;
}

const apply::StepOutcome& more_telling(const apply::StepOutcome& a, const apply::StepOutcome& b) noexcept {
    const auto rank = [](apply::StepState state) {
        switch (state) {
            case apply::StepState::failed:
                return 4;
            case apply::StepState::waiting:
                return 3;
            case apply::StepState::stopped:
                return 2;
            case apply::StepState::skipped:
                return 1;
            case apply::StepState::done:
                break;
        }
        return 0;
    };
    return rank(b.state) > rank(a.state) ? b : a;
}

std::vector<CredentialStatus> credentials_in(const plan::DesiredGraph& desired, const plan::Plan& plan) {
    std::map<std::pair<model::Address, std::string>, std::vector<std::string>> consumers;
    for (const auto& [address, resource] : desired.resources) {
        if (const auto wanted = plan::wanted_secret(resource)) consumers[*wanted].push_back(report::shown(address));
        const auto secrets = resource.attributes.find(model::path::client_secrets);
        if (secrets == resource.attributes.end()) continue;
        for (const auto& element : secrets->second.elements) {
            const auto* targets = element.value.find("deliverTo");
            if (targets == nullptr || targets->as_list() == nullptr) continue;
            for (const auto& target : *targets->as_list())
                consumers[{address, element.name}].push_back(
                    model::with_visible_controls(model::delivery_words(target)));
        }
    }
    std::vector<CredentialStatus> found;
    for (const auto& resource : plan.resources) {
        for (const auto& fact : resource.credentials) {
            CredentialStatus credential;
            credential.application = resource.address;
            credential.key_id = fact.key_id;
            credential.ends_at = fact.ends_at;
            credential.certificate = fact.certificate;
            credential.declared = fact.declared;
            credential.rotates_at = fact.renewed_at;
            credential.leaves_at = fact.leaves_at;
            credential.name = model::with_visible_controls(fact.name);
            // Who is beside its successor has no consumers any more: they have the successor.
            if (fact.declared && !fact.leaves_at) credential.consumers = consumers[{resource.address, fact.name}];
            found.push_back(std::move(credential));
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::tie(a.ends_at, a.application, a.key_id) < std::tie(b.ends_at, b.application, b.key_id);
    });
    return found;
}

std::vector<ObjectStatus> objects_after(const RunFacts& facts, const std::map<model::Address, ObjectStatus>& previous,
                                        const std::map<model::Address, ObjectMemory>& memory,
                                        const std::vector<Pause>& pauses) {
    const ObjectJudge judge(facts);
    const auto credentials = credentials_in(facts.desired, facts.now);
    std::vector<ObjectStatus> objects;
    for (const auto& resource : facts.now.resources) {
        ObjectStatus object;
        object.address = resource.address;
        object.place = resource.place;
        object.remote_id = resource.remote_id;
        object.last_read = facts.at;
        if (const auto desired = facts.desired.resources.find(resource.address);
            desired != facts.desired.resources.end())
            object.policy = policy_name(desired->second.management.policy);
        take_observed(object, facts.snapshot);
        object.differences = fields_of(resource.changes, facts.report);
        for (const auto& text : resource.undeclared)
            object.remarks.push_back("not declared: " + model::with_visible_controls(text));
        for (const auto& text : resource.warnings) object.remarks.push_back(model::with_visible_controls(text));
        if (const auto waits = facts.waits_for.find(resource.address); waits != facts.waits_for.end())
            object.waits_for.push_back(report::shown(waits->second));
        if (const auto outcome = facts.outcomes.find(resource.address);
            outcome != facts.outcomes.end() && outcome->second.state == apply::StepState::skipped)
            object.waits_for.push_back(report::shown(outcome->second.waits_for));
        if (const auto known = memory.find(resource.address); known != memory.end()) {
            object.failures = known->second.failures;
            object.next_try = known->second.breaker_until ? known->second.breaker_until : known->second.next_try;
            object.error_code = known->second.error_code;
            object.error_help = known->second.error_help;
            object.request_id = known->second.request_id;
            object.last_change = known->second.last_change;
            object.last_change_summary = known->second.last_change_summary;
        }
        for (const auto& pause : pauses)
            if (pause.address == resource.address && (!pause.until || *pause.until > facts.at)) object.pause = pause;
        const auto was = previous.find(resource.address);
        const auto* before = was == previous.end() ? nullptr : &was->second;
        set_ready(object, before, judge.judge(resource), facts);
        set_credentials(object, before, credentials, facts);
        objects.push_back(std::move(object));
    }
    return objects;
}

}  // namespace regent::controller
