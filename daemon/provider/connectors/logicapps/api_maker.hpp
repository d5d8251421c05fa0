#pragma once

#include "net/session.hpp"
#include "provider/connectors/logicapps/logicapps_provider.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::provider::logicapps {

/// Who made a connector. Tags are written by whoever may write the connector, this by Resource Manager.
enum class Maker { unknown, regent, others };

/// `systemData.createdBy`, lower case; empty where the service does not say. That resources of this type and version
/// have it is documented nowhere, so nothing depends on it that could be done before.
/// https://learn.microsoft.com/rest/api/resources/resources/get-by-id
[[nodiscard]] std::string created_by(const nlohmann::json& connector);
/// An application is named by its client id or its object id, which differs between resource providers, and a person by
/// the user principal name. `regent`: the token that it reads with.
[[nodiscard]] Maker maker_of(const nlohmann::json& connector, const net::AccessToken& regent,
                             const LogicAppsOptions& options);

}  // namespace regent::provider::logicapps
