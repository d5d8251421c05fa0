#pragma once

#include "model/local_delivery.hpp"
#include "net/session.hpp"
#include "provider/provider.hpp"

#include <memory>
#include <string>

namespace regent::provider::delivery {

/// Where secrets may go, and how.
struct DeliveryOptions {
    model::LocalDelivery local;
    std::string key_vault = "https://{vault}.vault.azure.net";
    std::string key_vault_scope = "https://vault.azure.net/.default";
    /// Tells records of one tenant's environment from those of another.
    std::string environment_key;
};

/// Looks what those hold who are to be given client secrets, beside connectors. What cannot be looked at is
/// State::unknown with its reason, never a failure: a vault that is down is no reason to leave the rest of a tenant
/// alone. No value is ever read from anywhere.
[[nodiscard]] std::unique_ptr<Observer> make_delivery_observer(net::Session& session, DeliveryOptions options);

/// Carries out the steps "secretDeliveries/…".
[[nodiscard]] std::unique_ptr<Writer> make_delivery_writer(net::Session& session, net::Clock& clock,
                                                           DeliveryOptions options);

}  // namespace regent::provider::delivery
