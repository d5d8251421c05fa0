#include "controller/conditions.hpp"

#include "controller/verdict.hpp"
#include "model/attributes.hpp"
#include "plan/secret_consumers.hpp"
#include "report/change_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;

/// How long "Applied" and "DriftCorrected" are said before an object is only in sync.
constexpr auto news_lasts = 1h;

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
    const bool quiet =
        verdict.ready == ConditionStatus::yes && verdict.reason == ConditionReason::in_sync && verdict.message.empty();
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

using CredentialsByApplication = std::multimap<model::Address, const CredentialStatus*>;

/// Secrets that are due and not issued, since who is to have them refuses, by their application: in force, and not for
/// long.
using OverdueByApplication = std::multimap<model::Address, const plan::Withheld*>;

OverdueByApplication overdue_in(const plan::Plan& plan) {
    OverdueByApplication overdue;
    for (const auto& withheld : plan.withheld)
        if (withheld.why == plan::Withheld::Why::delivery_refused) overdue.emplace(withheld.address, &withheld);
    return overdue;
}

/// Of the declared certificates that an application signs in with: the one that is valid first and its first day, where
/// that is still to come. Nothing where one is valid now.
std::optional<std::pair<std::string, std::string>> first_to_begin(const RunFacts& facts, const model::Address& address,
                                                                  const std::set<std::string>& declared) {
    const auto seen = facts.snapshot.resources.find(address);
    if (seen == facts.snapshot.resources.end()) return std::nullopt;
    const auto today = moment(facts.at).substr(0, 10);  // days are ordered as texts
    std::optional<std::pair<std::string, std::string>> first;
    for (const auto path : {model::path::certificates, model::path::principal_certificates}) {
        const auto held = seen->second.attributes.find(path);
        const auto* certificates = held == seen->second.attributes.end() ? nullptr : held->second.as_map();
        if (certificates == nullptr) continue;
        for (const auto& [name, certificate] : *certificates) {
            const auto text = [&one = certificate](std::string_view member) {
                const auto* value = one.find(member);
                return value == nullptr ? std::string{} : value->text_or({});
            };
            if (!declared.contains(name) || text("usage") == "Encrypt" || text("ends") < today) continue;
            if (text("starts") <= today) return std::nullopt;
            if (!first || text("starts") < first->second) first = std::pair{name, text("starts")};
        }
    }
    return first;
}

/// The names of the certificates among its credentials that its manifest declares.
std::set<std::string> declared_certificates(const CredentialsByApplication& all, const model::Address& application) {
    std::set<std::string> names;
    const auto [begin, end] = all.equal_range(application);
    for (auto it = begin; it != end; ++it)
        if (it->second->declared && it->second->type != model::CredentialType::secret) names.insert(it->second->name);
    return names;
}

void set_credentials(ObjectStatus& object, const ObjectStatus* previous, const CredentialsByApplication& all,
                     const OverdueByApplication& overdue, const RunFacts& facts) {
    const CredentialStatus* first = nullptr;
    const auto [begin, end] = all.equal_range(object.address);
    if (begin == end) return;
    for (auto it = begin; it != end; ++it) {
        const auto* credential = it->second;
        if (credential->declared && (first == nullptr || credential->ends_at < first->ends_at)) first = credential;
    }
    Condition condition{"CredentialsValid", ConditionStatus::yes, ConditionReason::in_sync, {},
                        facts.at,           facts.revision};
    if (first != nullptr && first->ends_at <= facts.at) {
        condition.status = ConditionStatus::no;
        condition.reason = ConditionReason::credential_ended;
        condition.message =
            fmt::format("{} \"{}\" ended {}", words_of(first->type), first->name, moment(first->ends_at));
    } else if (const auto later = first_to_begin(facts, object.address, declared_certificates(all, object.address))) {
        condition.status = ConditionStatus::no;
        condition.reason = ConditionReason::credential_not_begun;
        condition.message = fmt::format("certificate \"{}\" is not valid before {}, and no other is valid now",
                                        model::with_visible_controls(later->first), later->second);
    } else if (first != nullptr && first->ends_at - facts.at <= facts.warn_before_expiry) {
        condition.reason = ConditionReason::credential_expiring;
        condition.message =
            fmt::format("{} \"{}\" ends {}", words_of(first->type), first->name, moment(first->ends_at));
    }
    const auto late = overdue.find(object.address);
    if (condition.status == ConditionStatus::yes && late != overdue.end()) {
        condition.reason = ConditionReason::credential_expiring;
        condition.message = model::with_visible_controls(late->second->message);
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

/// What differs on objects whose manifests say that it is seen and not mended. After an import these may be all of
/// them.
std::multimap<model::Address, const plan::Withheld*> watched_in(const plan::Plan& plan) {
    using Why = plan::Withheld::Why;
    std::multimap<model::Address, const plan::Withheld*> watched;
    for (const auto& withheld : plan.withheld) {
        if (withheld.why == Why::observe_only || withheld.why == Why::create_only)
            watched.emplace(withheld.address, &withheld);
    }
    return watched;
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

/// Secrets that go while nobody waits for a successor: whoever was handed one has another. What is still to be renewed
/// is theirs until then.
class OutgoingSecrets {
public:
    explicit OutgoingSecrets(const plan::Plan& plan) {
        for (const auto& step : plan.steps) {
            if (step.work == plan::Work::add) issued_.emplace(step.address, step.part);
            if (step.work == plan::Work::drop && !step.key_id.empty()) dropped_.emplace(step.address, step.key_id);
        }
    }
    [[nodiscard]] bool has(const model::Address& application, const plan::CredentialFact& fact) const {
        return dropped_.contains({application, fact.key_id}) &&
               !issued_.contains({application, fmt::format("{}/{}", model::path::client_secrets, fact.name)});
    }

private:
    std::set<std::pair<model::Address, std::string>> issued_;   ///< parts
    std::set<std::pair<model::Address, std::string>> dropped_;  ///< key ids
};

}  // namespace

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
    const OutgoingSecrets outgoing(plan);
    std::vector<CredentialStatus> found;
    for (const auto& resource : plan.resources) {
        for (const auto& fact : resource.credentials) {
            CredentialStatus credential;
            credential.application = resource.address;
            credential.key_id = fact.key_id;
            credential.ends_at = fact.ends_at;
            credential.type = fact.type;
            credential.declared = fact.declared;
            credential.rotates_at = fact.renewed_at;
            credential.leaves_at = fact.leaves_at;
            credential.name = model::with_visible_controls(fact.name);
            // Who is beside its successor has no consumers any more: they have the successor.
            if (fact.declared && !fact.leaves_at && !outgoing.has(resource.address, fact))
                credential.consumers = consumers[{resource.address, fact.name}];
            found.push_back(std::move(credential));
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::tie(a.ends_at, a.application, a.key_id) < std::tie(b.ends_at, b.application, b.key_id);
    });
    return found;
}

std::optional<plan::Plan> with_objects_left_alone(const plan::Plan& plan, const plan::DesiredGraph& desired,
                                                  const model::Snapshot& observed) {
    std::set<model::Address> told;
    for (const auto& resource : plan.resources) told.insert(resource.address);
    std::vector<plan::ResourceChange> others;
    for (const auto& [address, resource] : desired.resources) {
        if (told.contains(address)) continue;
        auto& other = others.emplace_back();
        other.address = address;
        other.place = resource.place;
        const auto found = observed.resources.find(address);
        if (found != observed.resources.end()) other.remote_id = found->second.id;
    }
    if (others.empty()) return std::nullopt;
    auto whole = plan;
    whole.resources.insert(whole.resources.end(), others.begin(), others.end());
    std::sort(whole.resources.begin(), whole.resources.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
    return whole;
}

std::vector<ObjectStatus> objects_after(const RunFacts& facts, const std::map<model::Address, ObjectStatus>& previous,
                                        const std::map<model::Address, ObjectMemory>& memory,
                                        const std::vector<Pause>& pauses) {
    auto verdicts = verdicts_of(facts);
    const auto credentials = credentials_in(facts.desired, facts.now);
    CredentialsByApplication by_application;
    for (const auto& credential : credentials) by_application.emplace(credential.application, &credential);
    const auto watched = watched_in(facts.now);
    const auto overdue = overdue_in(facts.now);
    std::vector<ObjectStatus> objects;
    for (std::size_t i = 0; i < facts.now.resources.size(); ++i) {
        const auto& resource = facts.now.resources[i];
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
        for (auto [it, end] = watched.equal_range(resource.address); it != end; ++it) {
            auto seen = fields_of(it->second->changes, facts.report);
            object.differences.insert(object.differences.end(), seen.begin(), seen.end());
        }
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
        set_ready(object, before, std::move(verdicts[i]), facts);
        set_credentials(object, before, by_application, overdue, facts);
        objects.push_back(std::move(object));
    }
    return objects;
}

}  // namespace regent::controller
