#include "controller/event.hpp"
#include "controller/status.hpp"

#include <algorithm>

namespace regent::controller {

std::string_view to_string(EventType type) noexcept {
    switch (type) {
        case EventType::started:
            return "started";
        case EventType::stopping:
            return "stopping";
        case EventType::source_invalid:
            return "source_invalid";
        case EventType::source_valid:
            return "source_valid";
        case EventType::drift:
            return "drift";
        case EventType::applied:
            return "applied";
        case EventType::ready:
            return "ready";
        case EventType::not_ready:
            return "not_ready";
        case EventType::run_failed:
            return "run_failed";
        case EventType::run_recovered:
            return "run_recovered";
        case EventType::refused:
            return "refused";
        case EventType::approval_needed:
            return "approval_needed";
        case EventType::approved:
            return "approved";
        case EventType::credential_expiring:
            return "credential_expiring";
        case EventType::paused:
            return "paused";
        case EventType::resumed:
            return "resumed";
        case EventType::settle_failed:
            return "settle_failed";
        case EventType::state_damaged:
            return "state_damaged";
    }
    return "unknown";
}

std::string_view to_string(EventSeverity severity) noexcept {
    switch (severity) {
        case EventSeverity::info:
            return "info";
        case EventSeverity::warning:
            return "warning";
        case EventSeverity::error:
            return "error";
    }
    return "unknown";
}

std::string_view to_string(ConditionStatus status) noexcept {
    switch (status) {
        case ConditionStatus::yes:
            return "True";
        case ConditionStatus::no:
            return "False";
        case ConditionStatus::unknown:
            return "Unknown";
    }
    return "Unknown";
}

std::string_view to_string(ConditionReason reason) noexcept {
    switch (reason) {
        case ConditionReason::in_sync:
            return "InSync";
        case ConditionReason::applied:
            return "Applied";
        case ConditionReason::drift_corrected:
            return "DriftCorrected";
        case ConditionReason::progressing:
            return "Progressing";
        case ConditionReason::waiting_for_reference:
            return "WaitingForReference";
        case ConditionReason::drifted:
            return "Drifted";
        case ConditionReason::paused:
            return "Paused";
        case ConditionReason::invalid_manifest:
            return "InvalidManifest";
        case ConditionReason::permission_denied:
            return "PermissionDenied";
        case ConditionReason::throttled:
            return "Throttled";
        case ConditionReason::service_error:
            return "ServiceError";
        case ConditionReason::rejected:
            return "Rejected";
        case ConditionReason::conflict:
            return "Conflict";
        case ConditionReason::guard_refused:
            return "GuardRefused";
        case ConditionReason::create_outcome_unknown:
            return "CreateOutcomeUnknown";
        case ConditionReason::credential_expiring:
            return "CredentialExpiring";
        case ConditionReason::credential_ended:
            return "CredentialEnded";
        case ConditionReason::credential_not_begun:
            return "CredentialNotBegun";
    }
    return "Unknown";
}

std::optional<ConditionReason> reason_named(std::string_view name) noexcept {
    for (int i = 0; i <= static_cast<int>(ConditionReason::credential_not_begun); ++i)
        if (to_string(static_cast<ConditionReason>(i)) == name) return static_cast<ConditionReason>(i);
    return std::nullopt;
}

const Condition* ObjectStatus::condition(std::string_view type) const noexcept {
    const auto found =
        std::find_if(conditions.begin(), conditions.end(), [&](const auto& c) { return c.type == type; });
    return found == conditions.end() ? nullptr : &*found;
}

bool ObjectStatus::ready() const noexcept {
    const auto* ready = condition("Ready");
    return ready != nullptr && ready->status == ConditionStatus::yes;
}

std::string RevisionStatus::text() const {
    if (commit.empty()) return "directory";
    return (branch.empty() ? std::string{} : branch + "@") + commit.substr(0, 7);
}

const EnvironmentStatus* ServiceStatus::environment(std::string_view name) const noexcept {
    const auto found =
        std::find_if(environments.begin(), environments.end(), [&](const auto& e) { return e.name == name; });
    return found == environments.end() ? nullptr : &*found;
}

}  // namespace regent::controller
