#include "service/page_words.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

namespace regent::service {

using controller::Condition;
using controller::ConditionReason;
using controller::ConditionStatus;
using namespace std::chrono_literals;

namespace {

constexpr Badge unknown_badge{"Unknown", "?", "warn"};

std::string moment(controller::Time time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

}  // namespace

ObjectState state_of(const controller::ObjectStatus& object) noexcept {
    if (object.pause) return ObjectState::paused;
    const auto* ready = object.condition("Ready");
    if (ready == nullptr) return ObjectState::unknown;
    if (ready->status == ConditionStatus::yes) return ObjectState::ready;
    switch (ready->reason) {
        case ConditionReason::paused:
            return ObjectState::paused;
        case ConditionReason::drifted:
            return ObjectState::differs;
        case ConditionReason::progressing:
        case ConditionReason::waiting_for_reference:
        case ConditionReason::throttled:
            return ObjectState::working;
        case ConditionReason::in_sync:
        case ConditionReason::applied:
        case ConditionReason::drift_corrected:
        case ConditionReason::invalid_manifest:
        case ConditionReason::permission_denied:
        case ConditionReason::service_error:
        case ConditionReason::rejected:
        case ConditionReason::conflict:
        case ConditionReason::guard_refused:
        case ConditionReason::create_outcome_unknown:
        case ConditionReason::credential_expiring:
        case ConditionReason::credential_ended:
        case ConditionReason::credential_not_begun:
            break;
    }
    return ready->status == ConditionStatus::unknown ? ObjectState::unknown : ObjectState::failing;
}

bool needs_somebody(ObjectState state) noexcept {
    return state == ObjectState::failing || state == ObjectState::differs || state == ObjectState::unknown;
}

std::string_view to_string(ObjectState state) noexcept {
    switch (state) {
        case ObjectState::failing:
            return "failing";
        case ObjectState::differs:
            return "differs";
        case ObjectState::unknown:
            return "unknown";
        case ObjectState::working:
            return "working";
        case ObjectState::paused:
            return "paused";
        case ObjectState::ready:
            return "ready";
    }
    return "unknown";
}

Badge badge_of(ObjectState state) noexcept {
    switch (state) {
        case ObjectState::failing:
            return {"Failing", "✗", "bad"};
        case ObjectState::differs:
            return {"Differs", "≠", "warn"};
        case ObjectState::unknown:
            return unknown_badge;
        case ObjectState::working:
            return {"Working", "…", "info"};
        case ObjectState::paused:
            return {"Paused", "‖", "quiet"};
        case ObjectState::ready:
            return {"Ready", "✓", "good"};
    }
    return unknown_badge;
}

Badge ready_badge(const Condition* ready) noexcept {
    if (ready == nullptr || ready->status == ConditionStatus::unknown) return unknown_badge;
    if (ready->status == ConditionStatus::yes) return {"Ready", "✓", "good"};
    return {"Not ready", "✗", "bad"};
}

Badge synced_badge(const Condition* synced) noexcept {
    if (synced == nullptr || synced->status == ConditionStatus::unknown) return unknown_badge;
    if (synced->status == ConditionStatus::yes) return {"Synced", "✓", "good"};
    return {"Differs", "≠", "warn"};
}

Badge condition_badge(const Condition& condition) noexcept {
    if (condition.status == ConditionStatus::unknown) return unknown_badge;
    const bool yes = condition.status == ConditionStatus::yes;
    // Stalled and Reconciling are good news when they are not so.
    const bool wished = condition.type != "Stalled" && condition.type != "Reconciling";
    if (condition.type == "Reconciling" && yes) return {"True", "…", "info"};
    return {yes ? "True" : "False", yes == wished ? "✓" : "✗", yes == wished ? "good" : "bad"};
}

Badge result_badge(std::string_view run_result) noexcept {
    if (run_result == "ok") return {"Changed", "✓", "good"};
    if (run_result == "noop") return {"No change", "✓", "quiet"};
    if (run_result == "waiting") return {"Waiting", "…", "info"};
    if (run_result == "partly") return {"Partly done", "✗", "bad"};
    if (run_result == "failed") return {"Failed", "✗", "bad"};
    if (run_result == "refused") return {"Refused", "✗", "warn"};
    if (run_result == "interrupted") return {"Interrupted", "✗", "warn"};
    return unknown_badge;
}

std::string duration_words(std::chrono::system_clock::duration duration) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
    if (seconds < 1s) return "0 s";
    if (seconds < 60s) return fmt::format("{} s", seconds.count());
    if (seconds < 60min) return fmt::format("{} min", std::chrono::floor<std::chrono::minutes>(seconds).count());
    if (seconds < 48h) return fmt::format("{} h", std::chrono::floor<std::chrono::hours>(seconds).count());
    return fmt::format("{} d", seconds / 24h);
}

std::string relative_words(controller::Time time, controller::Time now) {
    if (time <= now && now - time < 1s) return "now";
    return time <= now ? duration_words(now - time) + " ago" : "in " + duration_words(time - now);
}

std::string utc_words(controller::Time time) {
    return moment(time) + " UTC";
}

std::string local_words(controller::Time time, std::chrono::minutes offset) {
    const auto minutes = std::abs(offset.count());
    return fmt::format("{} {}{:02}:{:02}", moment(time + offset), offset.count() < 0 ? '-' : '+', minutes / 60,
                       minutes % 60);
}

std::string count_words(std::size_t count, std::string_view one, std::string_view several) {
    return fmt::format("{} {}", count, count == 1 ? one : several);
}

}  // namespace regent::service
