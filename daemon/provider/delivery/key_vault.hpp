#pragma once

#include "net/session.hpp"
#include "provider/delivery/delivery_provider.hpp"
#include "provider/delivery/delivery_target.hpp"

namespace regent::provider::delivery {

/// A secret in an Azure Key Vault. Each delivery is a new version of it, with the key id among its tags and the
/// secret's own end as its expiry. Which one is there is read from the list of versions, which holds no values: that
/// takes the permission to list, not to get. https://learn.microsoft.com/rest/api/keyvault/secrets
[[nodiscard]] Held look_at_vault(const model::Value& target, net::Session& session, const DeliveryOptions& options);
[[nodiscard]] Delivered write_to_vault(const model::Value& target, net::Session& session,
                                       const DeliveryOptions& options, std::chrono::system_clock::time_point now,
                                       const Parcel& parcel);

}  // namespace regent::provider::delivery
