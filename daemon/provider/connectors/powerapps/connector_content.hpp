#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"

#include <string>
#include <string_view>

namespace regent::provider::powerapps {

/// Bytes as the value of a `content` attribute (model/attributes.hpp).
[[nodiscard]] std::string content_of(std::string_view bytes);
/// The bytes in such a value.
[[nodiscard]] std::string bytes_of(std::string_view content);

/// Reads what costs requests of its own, as far as the manifest manages it (`managed`): the picture, the script, and
/// who may use the connector. A picture or script whose address is out of reach counts as the one that the connector's
/// mark says was sent last: no reason to send it again each time.
[[nodiscard]] tl::expected<void, ProviderError> read_extras(PowerAppsClient& client,
                                                            const std::set<std::string, std::less<>>& managed,
                                                            model::ObservedResource& resource);

/// The members of `permissions` besides the owner, as the attribute `shares`.
[[nodiscard]] model::Map shares_of(const nlohmann::json& permissions);

}  // namespace regent::provider::powerapps
