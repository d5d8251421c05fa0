#include "controller/freeze.hpp"

#include <algorithm>

namespace regent::controller {
namespace {

using namespace std::chrono;

std::optional<sys_seconds> end_of(const model::FreezeWindow& window, sys_seconds now) {
    if (window.from && window.to) return now >= *window.from && now < *window.to ? window.to : std::nullopt;
    // A weekly window lasts 24 hours at most, so it began today or yesterday.
    for (const auto day : {floor<days>(now), floor<days>(now) - days(1)}) {
        const auto weekday_number = weekday(day).c_encoding();
        if (std::find(window.days.begin(), window.days.end(), weekday_number) == window.days.end()) continue;
        const auto begin = day + window.start;
        const auto end = window.end > window.start ? day + window.end : day + days(1) + window.end;
        if (now >= begin && now < end) return end;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Frozen> frozen_at(system_clock::time_point now, const std::string& environment,
                                const std::vector<model::FreezeWindow>& windows) {
    std::optional<Frozen> found;
    for (const auto& window : windows) {
        const auto& only = window.environments;
        if (!only.empty() && std::find(only.begin(), only.end(), environment) == only.end()) continue;
        const auto end = end_of(window, floor<seconds>(now));
        if (end && (!found || *end > found->until)) found = Frozen{window.name, *end};
    }
    return found;
}

}  // namespace regent::controller
