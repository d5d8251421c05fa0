#pragma once

#include "simulator/powerapps_answer.hpp"
#include "simulator/service.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace regent::simulator {

/// Who a write is said to be by: `createdBy`, `modifiedBy`.
[[nodiscard]] nlohmann::json maker_of(const Caller& caller);

/// Shares of a connector, kept in its record below `permissions`: `{"roleName", "principal": {"id", "type"}}` each.
[[nodiscard]] nlohmann::json owner_permission(const Caller& caller);
[[nodiscard]] nlohmann::json shown_permissions(const nlohmann::json& record);
/// Carries out the body of `modifyPermissions`; an owner stays.
[[nodiscard]] std::optional<PowerAppsError> modify_permissions(nlohmann::json& record, const nlohmann::json& body);
[[nodiscard]] bool is_shared_with(const nlohmann::json& record, const Caller& caller);

}  // namespace regent::simulator
