#include "controller/verdict.hpp"

#include "report/wording.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <map>
#include <optional>
#include <set>

namespace regent::controller {
namespace {

std::string until(const std::optional<Time>& time) {
    return time ? fmt::format("until {} ", moment(*time)) : std::string{};
}

std::string differences_in_short(const plan::ResourceChange& resource) {
    if (resource.action == plan::Action::create) return "it is not there";
    if (resource.changes.empty()) {
        constexpr std::string_view because = "because ";
        const auto sentence = report::sentence_for(resource.reason);
        if (sentence.empty()) return "it differs";
        return std::string(sentence.starts_with(because) ? sentence.substr(because.size()) : sentence);
    }
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
        for (const auto& withheld : facts.now.withheld) {
            if (withheld.why == plan::Withheld::Why::delivery_not_due) {
                remarks_.emplace(withheld.address, withheld.message);
                continue;
            }
            const auto [known, is_new] = withheld_.emplace(withheld.address, judge_withheld(withheld));
            if (is_new) continue;
            auto verdict = judge_withheld(withheld);
            if (gravity(verdict) > gravity(known->second)) known->second = std::move(verdict);
        }
    }

    Verdict judge(const plan::ResourceChange& resource) const {
        auto verdict = judge_without_remarks(resource);
        const auto remark = remarks_.find(resource.address);
        if (remark != remarks_.end() && verdict.ready == ConditionStatus::yes && verdict.message.empty())
            verdict.message = remark->second;
        return verdict;
    }

private:
    Verdict judge_without_remarks(const plan::ResourceChange& resource) const {
        Verdict verdict;
        const bool differs = resource.action != plan::Action::none;
        verdict.synced = !differs;
        if (const auto problem = problem_of(resource.address)) {
            return {ConditionStatus::no, ConditionReason::invalid_manifest, *problem, false, false, true};
        }
        const auto outcome = facts_.outcomes.find(resource.address);
        // A note may be about one element, or about another object of that name: what failed is told before it.
        if (outcome != facts_.outcomes.end() && outcome->second.state == apply::StepState::failed) {
            return judge_outcome(outcome->second);
        }
        if (const auto held = withheld_.find(resource.address); held != withheld_.end()) return held->second;
        if (const auto hold = facts_.holds.find(resource.address); hold != facts_.holds.end()) {
            return judge_held(hold->second, resource);
        }
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
        if (!differs && !resource.not_in_force.empty())
            return {ConditionStatus::no,
                    ConditionReason::waiting_for_reference,
                    resource.not_in_force,
                    false,
                    false,
                    false};
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

    std::optional<std::string> problem_of(const model::Address& address) const {
        const auto subject = to_string(address);
        for (const auto& problem : facts_.now.problems) {
            if (problem.subject == subject)
                return fmt::format("{}: {} ({})", to_string(problem.span.begin()), problem.message, problem.code);
        }
        return std::nullopt;
    }

    /// Of several notes about an object the one that a person has to do something about counts.
    static int gravity(const Verdict& verdict) {
        if (verdict.ready == ConditionStatus::yes) return 0;
        return verdict.stalled ? 2 : 1;
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
            case Why::delivery_not_due:  // only said, whatever else there is: see judge()
            case Why::on_removal_keep:
            case Why::owner_undeclared:
                return {ConditionStatus::yes, ConditionReason::in_sync, message, false, false, false};
            case Why::replacement_unasked:
            case Why::prevent_delete:  // of a manifest that is gone, or that would have it replaced
                return {ConditionStatus::no, ConditionReason::guard_refused, message, false, false, true};
            case Why::waits_for_withheld:
            case Why::not_seen_yet:
                return {ConditionStatus::no, ConditionReason::waiting_for_reference, message, false, false, false};
            case Why::several_matches:
                return {ConditionStatus::no, ConditionReason::create_outcome_unknown, message, false, false, true};
            case Why::delivery_waits:
                return {ConditionStatus::no, ConditionReason::service_error, message, false, false, false};
            case Why::delivery_refused:
                return {ConditionStatus::no, ConditionReason::permission_denied, message, false, false, true};
            case Why::delivery_unknown:
            case Why::secret_waits:
            case Why::own_sign_in:
            case Why::unvouched:
            case Why::no_place:  // nobody else's doing: something is full, or stays for others' sake
                return {ConditionStatus::no, ConditionReason::guard_refused, message, false, false, true};
            case Why::foreign_owner:
            case Why::unclaimed_namesake:
            case Why::adopt_target_missing:
            case Why::adopt_target_differs:
            case Why::other_backend:
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
            case Hold::Why::mistaken:
                if (!differs) return {};
                return {ConditionStatus::no, ConditionReason::waiting_for_reference, hold.message, false, false, false};
            case Hold::Why::backing_off:
                break;
        }
        if (!differs) return {};
        // What it failed with is still the reason; the next try is shown beside it.
        return {ConditionStatus::no, ConditionReason::service_error, {}, true, false, false};
    }

    static Verdict judge_outcome(const apply::StepOutcome& outcome) {
        using State = apply::StepState;
        if (outcome.state == State::stopped) {
            const bool alone = outcome.waits_for == model::Address{};
            return {ConditionStatus::unknown,
                    ConditionReason::progressing,
                    alone ? std::string("the service was stopped")
                          : fmt::format("waits for {}", report::shown(outcome.waits_for)),
                    false,
                    false,
                    false};
        }
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
        const bool drift =
            was != before_.end() && (was->second->reason == plan::Reason::drifted || was->second->gone_outside);
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
        if (resource.action == plan::Action::create)
            return resource.reason == plan::Reason::restored ? "restored from the recycle bin" : "created";
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
    std::map<model::Address, Verdict> withheld_;
    std::map<model::Address, std::string> remarks_;  ///< what changes nothing about how the object stands
};

}  // namespace

std::string moment(Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

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
        case Kind::rejected:
            return ConditionReason::rejected;
        case Kind::transient:
        case Kind::not_found:
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

std::vector<Verdict> verdicts_of(const RunFacts& facts) {
    const ObjectJudge judge(facts);
    std::vector<Verdict> verdicts;
    verdicts.reserve(facts.now.resources.size());
    for (const auto& resource : facts.now.resources) verdicts.push_back(judge.judge(resource));
    return verdicts;
}

}  // namespace regent::controller
