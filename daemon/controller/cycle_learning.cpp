// What the next runs are to know of this one: what was written, what failed and is left alone for a while, and what is
// fought over.

#include "controller/connections.hpp"
#include "controller/cycle.hpp"
#include "controller/remembering.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

/// Whether it could be that somebody else wrote it, too. A secret whose time has come is no quarrel, however often it
/// comes; one that a place of `deliverTo` was given and has not any more is.
bool is_quarrel(const plan::ResourceChange& change) {
    using plan::Reason;
    return change.reason == Reason::drifted || change.reason == Reason::manifest_changed ||
           (change.reason == Reason::secret_not_delivered && change.address.kind == model::kind::application);
}

}  // namespace

void Cycle::remember_written(const model::Address& address) {
    Written written{parts_.now() + order_.replication_grace, false, {}};
    const auto outcome = outcomes_.find(address);
    written.accepted = outcome != outcomes_.end() && outcome->second.state == apply::StepState::done;
    const auto there = before_.snapshot.resources.find(address);
    if (there != before_.snapshot.resources.end() && !there->second.deleted) written.before = there->second.attributes;
    for (const auto& orphan : before_.snapshot.orphans)
        if (orphan.address == address && orphan.ownership == model::Ownership::ours) written.before = orphan.attributes;
    keeper_.written_.insert_or_assign(address, std::move(written));
}

/// What is as it should be, though this machine never wrote it.
void Cycle::learn_agreements() {
    if (!state_problem_.empty()) return;
    const bool read_again = result_ && !after_.report.timestamp.empty();
    std::set<model::Address> just_written;
    for (const auto& [address, written] : keeper_.written_)
        if (written.until >= parts_.now()) just_written.insert(address);
    const auto& plan = read_again ? after_.plan : before_.plan;
    if (auto done = remember_agreements(parts_.store, *order_.workspace, plan, just_written); !done)
        state_problem_ = done.error().message;
}

/// What to leave alone for a while, and what not any more.
void Cycle::learn() {
    learn_agreements();
    for (const auto& [address, outcome] : outcomes_) learn_of(address, outcome);
    for (const auto& resource : before_.plan.resources) {
        if (resource.action != plan::Action::none || outcomes_.contains(resource.address)) continue;
        if (!resource.not_in_force.empty()) look_again_for(keeper_.objects_[resource.address]);
        const auto known = keeper_.objects_.find(resource.address);
        if (known == keeper_.objects_.end()) continue;
        auto& memory = known->second;
        memory.failures = 0;
        memory.next_try.reset();
        if (resource.not_in_force.empty()) {
            memory.waits_since.reset();
            memory.next_look.reset();
        }
        memory.rewrites = 0;
        memory.error_code.clear();
        memory.error_help.clear();
        memory.request_id.clear();
        if (memory.breaker_until && *memory.breaker_until > parts_.now()) continue;
        memory.breaker_until.reset();
        memory.breaker_opened = 0;
    }
    std::set<model::Address> alive;
    for (const auto& withheld : last_plan().withheld) {
        if (withheld.why != plan::Withheld::Why::not_seen_yet) continue;
        look_again_for(keeper_.objects_[withheld.address]);
        alive.insert(withheld.address);
    }
    // What no manifest and no tenant knows any more is forgotten, or months of changes would pile up.
    for (const auto& resource : before_.plan.resources) alive.insert(resource.address);
    std::erase_if(keeper_.objects_, [&](const auto& entry) { return !alive.contains(entry.first); });
}

/// Nothing failed, and what is left to be done is the service's own: it fills in an identity, or takes over what was
/// saved.
bool Cycle::only_waits(const apply::StepOutcome& outcome) const {
    if (outcome.state != apply::StepState::waiting) return false;
    return std::any_of(held_.plan.steps.begin(), held_.plan.steps.end(), [&](const auto& step) {
        return step.id == outcome.step && step.address.kind == model::kind::connector;
    });
}

/// What comes by itself is looked for by the runs that follow.
void Cycle::look_again_for(ObjectMemory& memory) const {
    const auto now = parts_.now();
    const auto since = memory.waits_since.value_or(run_.started);
    memory.waits_since = since;
    memory.next_look = now + look_again_after(std::max(now - since, Time::duration::zero()));
}

void Cycle::learn_of(const model::Address& address, const apply::StepOutcome& outcome) {
    auto& memory = keeper_.objects_[address];
    const auto now = parts_.now();
    if (only_waits(outcome)) return look_again_for(memory);
    memory.waits_since.reset();
    memory.next_look.reset();
    if (outcome.state == apply::StepState::failed) {
        if (outcome.error.kind == provider::ErrorKind::interrupted) return;
        ++memory.failures;
        memory.next_try = now + back_off(memory.failures, is_permanent(outcome.error.kind), outcome.error.retry_after);
        memory.error_code = outcome.error.code;
        memory.error_help = outcome.error.help;
        memory.request_id = outcome.error.request_id;
        return;
    }
    if (outcome.state != apply::StepState::done) return;
    memory.failures = 0;
    memory.next_try.reset();
    memory.error_code.clear();
    memory.error_help.clear();
    memory.request_id.clear();
    memory.last_change = now;
    const auto* change = change_of(address);
    memory.last_change_summary = change == nullptr ? "changed" : std::string(report::past_word_for(*change));
    if (const auto words = change == nullptr ? std::string{} : connection_words(*change); !words.empty())
        memory.last_change_summary += "; " + words;
    // Written again for the same commit: something changes it back, or the service does not keep it.
    const bool updated = change != nullptr && change->action == plan::Action::update && is_quarrel(*change);
    const bool differed = updated || (change != nullptr && change->gone_outside);
    const bool same_intent = differed && memory.last_written_revision == run_.revision;
    memory.rewrites = same_intent ? memory.rewrites + 1 : 1;
    if (memory.breaker_until && same_intent) {  // the one try after the breaker: it stays, or the next write tells
        memory.breaker_until.reset();
        memory.rewrites = rewrites_allowed - 1;
    }
    memory.last_written_revision = run_.revision;
    if (memory.rewrites < rewrites_allowed) return;
    ++memory.breaker_opened;
    memory.breaker_until = now + breaker_pause(memory.breaker_opened);
    emit(EventType::settle_failed, EventSeverity::error,
         fmt::format("{} was written {} times in a row and does not stay as written; regent leaves it alone until {}",
                     report::shown(address), memory.rewrites, rfc3339(*memory.breaker_until)),
         address, "Conflict");
}

}  // namespace regent::controller
