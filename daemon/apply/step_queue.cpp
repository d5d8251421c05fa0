#include "apply/step_queue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::apply {
namespace {

StepOutcome ended(int step, StepState state) {
    StepOutcome outcome;
    outcome.step = step;
    outcome.state = state;
    return outcome;
}

/// Of several steps that did not succeed, the gravest decides, so that the outcome does not depend on which one ended
/// first.
int gravity(StepState state) {
    switch (state) {
        case StepState::failed:
        case StepState::skipped:
            return 3;
        case StepState::stopped:
            return 2;
        case StepState::waiting:
            return 1;
        case StepState::done:
            return 0;
    }
    return 0;
}

}  // namespace

StepQueue::StepQueue(const plan::Plan& plan) : steps_(plan.steps) {
    for (const auto& step : steps_) by_id_.emplace(step.id, &step);
    for (const auto& step : steps_) {
        if (step.work == plan::Work::await) urgent_.insert(step.id);
    }
    const auto awaits = urgent_;
    for (const auto& step : steps_) {
        if (std::any_of(step.after.begin(), step.after.end(), [&](int id) { return awaits.contains(id); }))
            urgent_.insert(step.id);
        open_[step.id] = step.after.size();
        if (step.after.empty()) ready_.insert(step.id);
        for (const int before : step.after) dependants_[before].push_back(step.id);
    }
}

const plan::Step* StepQueue::begin_next() {
    auto it =
        std::find_if(ready_.begin(), ready_.end(), [this](int id) { return urgent_.contains(id) && can_begin(id); });
    if (it == ready_.end()) it = std::find_if(ready_.begin(), ready_.end(), [this](int id) { return can_begin(id); });
    if (it == ready_.end()) return nullptr;
    const auto* step = by_id_.at(*it);
    ready_.erase(it);
    under_way_.insert(step->id);
    busy_.insert(step->address);
    return step;
}

std::vector<StepOutcome> StepQueue::settle(const StepOutcome& outcome) {
    under_way_.erase(outcome.step);
    busy_.erase(by_id_.at(outcome.step)->address);
    settled_.insert_or_assign(outcome.step, outcome);
    std::vector<StepOutcome> decided;
    decide_dependants(outcome.step, decided);
    return decided;
}

void StepQueue::decide_dependants(int step, std::vector<StepOutcome>& decided) {
    const auto waiting = dependants_.find(step);
    if (waiting == dependants_.end()) return;
    for (const int id : waiting->second) {
        if (--open_.at(id) != 0 || settled_.contains(id)) continue;
        if (auto verdict = verdict_on(*by_id_.at(id))) {
            settled_.emplace(id, *verdict);
            decided.push_back(std::move(*verdict));
            decide_dependants(id, decided);
        } else {
            ready_.insert(id);
        }
    }
}

std::optional<StepOutcome> StepQueue::verdict_on(const plan::Step& step) const {
    const StepOutcome* gravest = nullptr;
    for (const int id : step.after) {
        const auto& before = settled_.at(id);
        if (gravity(before.state) > (gravest == nullptr ? 0 : gravity(gravest->state))) gravest = &before;
    }
    if (gravest == nullptr) return std::nullopt;
    auto verdict = ended(step.id, gravest->state == StepState::failed ? StepState::skipped : gravest->state);
    // The object where it began, not the last link of the chain: that is where a person has to look.
    const bool in_the_chain = gravest->waits_for != model::Address{};
    verdict.waits_for = in_the_chain ? gravest->waits_for : by_id_.at(gravest->step)->address;
    return verdict;
}

std::vector<StepOutcome> StepQueue::stop_rest() {
    ready_.clear();
    std::vector<StepOutcome> stopped;
    for (const auto& step : steps_) {
        if (settled_.contains(step.id) || under_way_.contains(step.id)) continue;
        stopped.push_back(ended(step.id, StepState::stopped));
        settled_.emplace(step.id, stopped.back());
    }
    return stopped;
}

std::vector<StepOutcome> StepQueue::outcomes() const {
    std::vector<StepOutcome> all;
    for (const auto& step : steps_) {
        if (const auto it = settled_.find(step.id); it != settled_.end()) {
            all.push_back(it->second);
            continue;
        }
        auto outcome = ended(step.id, StepState::failed);
        outcome.error.kind = provider::ErrorKind::rejected;
        outcome.error.message =
            fmt::format("step {} of {} never came to its turn", step.id, model::to_string(step.address));
        outcome.error.help = "this is a mistake in regent: please report it with the output of `regent plan -o json`";
        all.push_back(std::move(outcome));
    }
    return all;
}

}  // namespace regent::apply
