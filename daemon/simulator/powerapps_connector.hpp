#pragma once

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace regent::simulator {

/// Names of connectors made outside a solution: `shared_` + escaped title + two digests that only depend on the
/// environment; 64 characters behind the prefix at most. Observed on published connectors
/// (microsoft/PowerPlatformConnectors, pnp/cli-microsoft365).
[[nodiscard]] std::string connector_name(const std::string& title, const std::string& environment,
                                         const std::string& tenant);

/// The settings of the first parameter of type oauthSetting; null pointer without one. Key case does not matter.
[[nodiscard]] nlohmann::json* oauth_of(nlohmann::json& connection_parameters);
[[nodiscard]] const nlohmann::json* member_of(const nlohmann::json& object, std::string_view name);
[[nodiscard]] bool uses_managed_identity(const nlohmann::json& settings);

/// The subject of a connector's managed identity: of the family Microsoft's own federated credentials have, new for
/// each connector.
[[nodiscard]] std::string identity_subject(const std::string& tenant, const std::string& connector_name,
                                           const std::string& salt);

}  // namespace regent::simulator
