#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"

#include <string>
#include <string_view>

namespace regent::provider::powerapps {

/// Reads what costs requests of its own, as far as the manifest manages it (`managed`): the picture, the script, and
/// who may use the connector. A picture or script whose address is out of reach counts as the one that the connector's
/// mark says was sent last: no reason to send it again each time.
[[nodiscard]] tl::expected<void, ProviderError> read_extras(PowerAppsClient& client,
                                                            const std::set<std::string, std::less<>>& managed,
                                                            model::ObservedResource& resource);

/// The picture or script that `connector` has, whichever `path` says; empty: none.
[[nodiscard]] tl::expected<std::string, ProviderError> content_of(PowerAppsClient& client, std::string_view path,
                                                                  const model::ObservedResource& connector);

/// The members of `permissions` besides the owner, as the attribute `shares`.
[[nodiscard]] model::Map shares_of(const nlohmann::json& permissions);

}  // namespace regent::provider::powerapps
