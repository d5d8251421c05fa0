#pragma once

#include "provider/connectors/dataverse/connector_row.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/provider_error.hpp"

#include <tl/expected.hpp>

#include <map>
#include <string>

namespace regent::provider::dataverse {

/// What Power Apps shows of a row's connector.
struct PowerAppsView {
    bool there = false;
    std::map<std::string, std::string, std::less<>> outputs;  ///< name, redirectUrl, identity/…
    std::string differs;                                      ///< not_taken_over()
    std::string saved_at;                                     ///< of the row, as Dataverse says it
    std::string service_url;  ///< where requests go, as it is kept beside the definition
};
/// A connector that is not there yet is no error.
[[nodiscard]] tl::expected<PowerAppsView, ProviderError> look_at_power_apps(powerapps::PowerAppsClient& client,
                                                                            const std::string& environment,
                                                                            const ConnectorRow& row);

}  // namespace regent::provider::dataverse
