#include "plan/safety.hpp"

#include "plan/risk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

/// Below this many objects a share of deletes means little: one of three is 33 %.
constexpr std::size_t share_counts_from = 10;

/// A secret that is renewed because its time has come, or because it was lost on its way, is what the manifests said
/// all along; were it to wait for somebody, what signs in with it would stop.
bool renews_secrets_only(const ResourceChange& resource) {
    const bool nothing_else = std::all_of(resource.changes.begin(), resource.changes.end(),
                                          [](const auto& change) { return change.sensitive || change.drift; });
    if (!nothing_else) return false;
    switch (resource.reason) {
        case Reason::secret_expiring:
        case Reason::secret_rotation:
        case Reason::secret_not_delivered:
        case Reason::secret_in_doubt:
        case Reason::secret_superseded:
            return true;
        case Reason::secret_needed:  // of an application: somebody new is to have it
            return resource.address.kind == model::kind::connector;
        default:
            return false;
    }
}

bool asks_for_nothing_new(const Plan& plan) {
    return std::all_of(plan.resources.begin(), plan.resources.end(), [](const auto& resource) {
        return resource.action == Action::none ||
               (resource.action == Action::update &&
                (resource.reason == Reason::drifted || renews_secrets_only(resource)));
    });
}

void check_deletes(const Plan& plan, const model::Policy& policy, const Consent& consent,
                   std::vector<Refusal>& refusals) {
    const auto allowed = consent.max_deletes.value_or(policy.max_deletes);
    if (plan.deletes > allowed) {
        refusals.push_back(
            {Refusal::Guard::deletes,
             fmt::format("the plan deletes {} object{}, and {} {} allowed", plan.deletes, plan.deletes == 1 ? "" : "s",
                         allowed, allowed == 1 ? "is" : "are"),
             fmt::format("if that is meant, `--max-deletes {}` allows it for this run, `policy.maxDeletes` for all",
                         plan.deletes)});
    }
    // Rounded up: 31 of 103 are more than 30 %.
    const auto share = plan.managed == 0 ? 0 : (plan.deletes * 100 + plan.managed - 1) / plan.managed;
    if (!consent.max_deletes && plan.managed >= share_counts_from && share > policy.max_delete_percent) {
        refusals.push_back(
            {Refusal::Guard::delete_share,
             fmt::format("the plan deletes {} of {} objects ({} %), and {} % are allowed", plan.deletes, plan.managed,
                         share, policy.max_delete_percent),
             fmt::format("look whether manifests are missing; if it is meant, use `--max-deletes {}`", plan.deletes)});
    }
}

/// Notes of more than `limit`; the sentence names them.
std::vector<RiskNote> above(const Plan& plan, model::Risk limit) {
    auto notes = risk_notes(plan);
    std::erase_if(notes, [&](const auto& note) { return note.risk <= limit; });
    return notes;
}

std::string list_of(const std::vector<RiskNote>& notes) {
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t i = 0; i < notes.size() && i < most; ++i) {
        const auto& note = notes[i];
        text += fmt::format("{}{}{}{} ({})", text.empty() ? "" : "; ", to_string(note.resource->address),
                            note.change == nullptr ? "" : " ", note.change == nullptr ? "" : name_of(*note.change),
                            to_string(note.risk));
    }
    if (notes.size() > most) text += fmt::format("; and {} more", notes.size() - most);
    return text;
}

void check_risk(const Plan& plan, const Consent& consent, std::vector<Refusal>& refusals) {
    if (!consent.fail_on_risk || plan.empty()) return;
    const bool everything_counts = *consent.fail_on_risk == model::Risk::low;
    auto notes = everything_counts ? all_risk_notes(plan) : risk_notes(plan);
    std::erase_if(notes, [&](const auto& note) { return note.risk < *consent.fail_on_risk; });
    if (notes.empty() && !everything_counts) return;
    const auto count = notes.size();
    refusals.push_back({Refusal::Guard::risk,
                        count == 0
                            ? std::string("the plan changes something, and `--fail-on-risk low` allows nothing")
                            : fmt::format("{} change{} of {} risk{}: {}", count, count == 1 ? " is" : "s are",
                                          to_string(*consent.fail_on_risk),
                                          *consent.fail_on_risk == model::Risk::high ? "" : " or more", list_of(notes)),
                        "look at each under Risks; without `--fail-on-risk` they are no reason to stop"});
}

void check_consent(const Plan& plan, const model::Policy& policy, const Consent& consent,
                   std::vector<Refusal>& refusals) {
    const auto& expected = consent.expected_plan;
    if (auto other = check_expected_plan(expected, plan.id, "manifests or tenant changed since it was reviewed"))
        refusals.push_back(std::move(*other));
    const bool unapproved = expected.empty() && !plan.empty() && !asks_for_nothing_new(plan);
    if (!policy.require_approved_plan && unapproved && highest_risk(plan) > policy.max_risk) {
        refusals.push_back(
            {Refusal::Guard::approval_missing,
             fmt::format("environment `{}` applies plans of more than {} risk only when approved: {}", plan.environment,
                         to_string(policy.max_risk), list_of(above(plan, policy.max_risk))),
             fmt::format("review it, then use `--expect-plan {}`", plan.id.substr(0, 8))});
    }
    if (policy.require_approved_plan && unapproved) {
        refusals.push_back({Refusal::Guard::approval_missing,
                            fmt::format("environment `{}` applies approved plans only", plan.environment),
                            fmt::format("review it, then use `--expect-plan {}`", plan.id.substr(0, 8))});
    }
}

}  // namespace

std::optional<Refusal> check_expected_plan(std::string_view expected, std::string_view plan_id,
                                           std::string_view changed) {
    constexpr std::string_view algorithm = "sha256:";
    constexpr std::size_t fewest = 8;
    if (expected.empty()) return std::nullopt;
    const auto digits_of = [&](std::string_view id) {
        return id.starts_with(algorithm) ? id.substr(algorithm.size()) : id;
    };
    const auto digits = digits_of(expected), there = digits_of(plan_id);
    if (digits.size() < fewest) {
        return Refusal{Refusal::Guard::plan_changed,
                       fmt::format("`{}` is too short to mean one plan: an id has {} digits or more", expected, fewest),
                       "give the id as the report shows it"};
    }
    if (there.starts_with(digits)) return std::nullopt;
    return Refusal{
        Refusal::Guard::plan_changed,
        fmt::format("the plan is {} now, not {}: {}", there.substr(0, fewest), digits.substr(0, fewest), changed),
        "read the plan again"};
}

std::vector<Refusal> check_safety(const Plan& plan, const DesiredGraph& desired, const Consent& consent) {
    const auto& policy = desired.environment.policy;
    std::vector<Refusal> refusals;
    if (policy.mode == model::Policy::Mode::plan && !plan.empty()) {
        refusals.push_back({Refusal::Guard::mode_plan,
                            fmt::format("environment `{}` is set to `mode: plan`", plan.environment),
                            "set `policy.mode: apply` in its file to allow changes"});
    }
    if (desired.documents == 0 && plan.managed > 0 && !policy.allow_empty) {
        refusals.push_back({Refusal::Guard::empty_source,
                            fmt::format("the manifests are empty, and {} of ours {} in the tenant",
                                        plan.managed == 1 ? "1 object" : fmt::format("{} objects", plan.managed),
                                        plan.managed == 1 ? "is" : "are"),
                            "look whether `spec.sources` is right; `policy.allowEmpty: true` allows it"});
    }
    check_deletes(plan, policy, consent, refusals);
    check_consent(plan, policy, consent, refusals);
    check_risk(plan, consent, refusals);
    return refusals;
}

}  // namespace regent::plan
