#include "controller/holds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {

using namespace std::chrono_literals;

HeldPlan without_held(const plan::Plan& plan, const Holds& holds) {
    HeldPlan held{plan, {}};
    if (holds.empty()) return held;
    held.plan.steps.clear();
    std::map<int, model::Address> left_out;  // step → the held object it waits for
    for (const auto& step : plan.steps) {    // in order of work: what a step needs was decided before it
        if (holds.contains(step.address)) {
            left_out.emplace(step.id, step.address);
            continue;
        }
        const auto blocked =
            std::find_if(step.after.begin(), step.after.end(), [&](int id) { return left_out.contains(id); });
        if (blocked == step.after.end()) {
            held.plan.steps.push_back(step);
            continue;
        }
        const auto cause = left_out.at(*blocked);
        left_out.emplace(step.id, cause);
        if (step.address != cause) held.waits_for.emplace(step.address, cause);
    }
    return held;
}

std::chrono::seconds back_off(int failures, bool permanent, std::chrono::milliseconds retry_after) {
    constexpr std::chrono::seconds longest = 15min;
    auto wait = permanent ? longest : 30s;
    for (int i = 1; i < failures && wait < longest; ++i) wait = std::min(longest, wait * 2);
    return std::max(wait, std::chrono::ceil<std::chrono::seconds>(retry_after));
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
