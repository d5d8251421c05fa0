#include "controller/holds.hpp"

#include "model/attributes.hpp"
#include "plan/step_references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace regent::controller {

using namespace std::chrono_literals;

namespace {

using plan::Step;
using plan::Work;

/// Which steps of a plan are left out, and for which held object. One is added at a time, until nothing follows from it
/// any more.
class LeftOut {
public:
    LeftOut(const plan::Plan& plan, const Holds& holds) : references_(plan::references_of_steps(plan)) {
        for (const auto& resource : plan.resources)
            if (resource.action == plan::Action::replace) replaced_.insert(resource.address);
        for (const auto& step : plan.steps)
            if (holds.contains(step.address)) causes_.emplace(step.id, step.address);
        for (std::size_t before = 0; before != causes_.size();) {
            before = causes_.size();
            for (const auto& step : plan.steps) {  // in order of work: what a step needs was decided before it
                if (causes_.contains(step.id)) continue;
                if (const auto* cause = cause_for(step)) causes_.emplace(step.id, *cause);
            }
        }
    }

    [[nodiscard]] const model::Address* cause_of(const Step& step) const {
        const auto it = causes_.find(step.id);
        return it == causes_.end() ? nullptr : &it->second;
    }

private:
    const model::Address* cause_for(const Step& step) const {
        for (const int id : step.after)
            if (const auto it = causes_.find(id); it != causes_.end()) return &it->second;
        if (plan::issues_secret(step)) return without_receiver(step);
        return signs_in_anew(step) ? without_acceptance(step) : nullptr;
    }

    /// A secret that nobody is given now: it would be removed by the next run, which issues another.
    const model::Address* without_receiver(const Step& issue) const {
        const model::Address* cause = nullptr;
        for (const auto* step : plan::receivers_of(issue, references_)) {
            const auto* one = cause_of(*step);
            if (one == nullptr) return nullptr;
            if (cause == nullptr) cause = one;
        }
        return cause;
    }

    /// A connector that is there and signs in by what it brings forth itself from then on.
    bool signs_in_anew(const Step& step) const {
        if (step.address.kind != model::kind::connector || !step.part.empty()) return false;
        if (step.work == Work::update)
            return step.changed.contains(model::path::auth_type) || step.changed.contains(model::path::auth_client_id);
        return step.work == Work::remove && replaced_.contains(step.address);
    }

    /// Its application cannot be made to accept it now: from the save on nobody could sign in, and nothing would bring
    /// back the way there was.
    const model::Address* without_acceptance(const Step& save) const {
        const auto found = references_.find(save.address);
        if (found == references_.end()) return nullptr;
        for (const auto& reference : found->second) {
            if (reference.step->address.kind != model::kind::application) continue;
            if (const auto* cause = cause_of(*reference.step)) return cause;
        }
        return nullptr;
    }

    plan::StepReferences references_;
    std::set<model::Address> replaced_;
    std::map<int, model::Address> causes_;
};

}  // namespace

HeldPlan without_held(const plan::Plan& plan, const Holds& holds) {
    HeldPlan held{plan, {}};
    if (holds.empty()) return held;
    held.plan.steps.clear();
    const LeftOut left_out(plan, holds);
    for (const auto& step : plan.steps) {
        const auto* cause = left_out.cause_of(step);
        if (cause == nullptr) {
            held.plan.steps.push_back(step);
        } else if (step.address != *cause) {
            held.waits_for.emplace(step.address, *cause);
        }
    }
    return held;
}

std::chrono::seconds back_off(int failures, bool permanent, std::chrono::milliseconds retry_after) {
    constexpr std::chrono::seconds longest = 15min;
    auto wait = permanent ? longest : 30s;
    for (int i = 1; i < failures && wait < longest; ++i) wait = std::min(longest, wait * 2);
    return std::max(wait, std::chrono::ceil<std::chrono::seconds>(retry_after));
}

std::chrono::seconds look_again_after(std::chrono::nanoseconds waited) {
    return std::clamp<std::chrono::seconds>(std::chrono::duration_cast<std::chrono::seconds>(waited / 8), 5s, 15min);
}

std::chrono::seconds breaker_pause(int opened) {
    std::chrono::seconds pause = 1h;
    for (int i = 1; i < opened && pause < 8h; ++i) pause *= 2;
    return pause;
}

namespace {

/// A time that lies further ahead than any pause can was noted while the clock was wrong, and is over.
bool lies_ahead(const std::optional<Time>& time, Time now) {
    constexpr std::chrono::hours longest_pause{24};
    return time && *time > now && *time - now <= longest_pause;
}

}  // namespace

Holds holds_at(Time now, const std::map<model::Address, ObjectMemory>& memory, const std::vector<Pause>& pauses) {
    Holds holds;
    for (const auto& pause : pauses) {
        if (!pause.address || (pause.until && *pause.until <= now)) continue;
        holds[*pause.address] = {Hold::Why::paused, fmt::format("by {}: \"{}\"", pause.by, pause.reason), pause.until};
    }
    for (const auto& [address, known] : memory) {
        if (holds.contains(address)) continue;
        if (lies_ahead(known.breaker_until, now)) {
            holds[address] = {Hold::Why::breaker_open,
                              fmt::format("written {} times in a row and changed back each time: something else "
                                          "writes it, or the service does not keep what it is given",
                                          known.rewrites),
                              known.breaker_until};
        } else if (lies_ahead(known.next_try, now)) {
            holds[address] = {Hold::Why::backing_off, {}, known.next_try};
        }
    }
    return holds;
}

}  // namespace regent::controller
