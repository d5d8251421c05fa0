#pragma once

#include "provider/connectors/powerapps/connector_match.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/read_progress.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <string>

namespace regent::provider::powerapps {

/// A connector of a list; its definition is still to be read.
[[nodiscard]] FoundConnector found_in(const std::string& environment, nlohmann::json connector);

/// Reads the definition, takes regent's mark out of it, and undoes what the service does to definitions.
[[nodiscard]] tl::expected<void, ProviderError> read_definition(PowerAppsClient& client, FoundConnector& found,
                                                                ReadPart& part);

}  // namespace regent::provider::powerapps
