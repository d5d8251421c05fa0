#pragma once

#include "simulator/arm_answer.hpp"
#include "simulator/arm_switches.hpp"
#include "simulator/blob_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace regent::simulator {

inline constexpr const char* custom_api_container = "customapis";

/// A custom connector of Logic Apps as the simulator keeps it, and as seeds and dumps show it: `{"subscription",
/// "resourceGroup", "name", "location", "tags", "properties", "openApiDefinition"}`, and beside them `_clientSecrets`
/// (SHA-256 by parameter) and `_createdBy` (`objectId`, `appId`, `user`, `at`), which no answer shows.
///
/// Rules are those of the REST specification (Azure/azure-rest-api-specs,
/// specification/web/resource-manager/Microsoft.Web/stable/2016-06-01/logicAppsManagementClient.json) and of ARM.

/// Makes of `record`, which holds its place and perhaps what was there before, what a PUT's body says: all of it anew.
[[nodiscard]] std::optional<ArmError> put_custom_api(nlohmann::json& record, const nlohmann::json& body,
                                                     const ArmSwitches& switches);
/// The same for a PATCH, which changes tags alone.
[[nodiscard]] std::optional<ArmError> patch_custom_api(nlohmann::json& record, const nlohmann::json& body,
                                                       const ArmSwitches& switches);
/// What a seed leaves out: type of the API, redirect addresses.
void complete_custom_api(nlohmann::json& record);

/// As answers show it. `exporting`: without what a template's export is seen to lose.
[[nodiscard]] nlohmann::json shown_custom_api(const nlohmann::json& record, bool exporting, const ArmSwitches& switches,
                                              BlobStore& blobs, const std::string& base_url);
/// "/subscriptions/…/customApis/name".
[[nodiscard]] std::string custom_api_id(const nlohmann::json& record);
/// The name of the blob that holds the definition.
[[nodiscard]] std::string definition_blob(const nlohmann::json& record);

/// "West Europe" as "westeurope"; empty: Azure has no such region, or no Logic Apps there.
[[nodiscard]] std::string azure_region(const std::string& location);

}  // namespace regent::simulator
