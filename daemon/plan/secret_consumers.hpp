#pragma once

#include "plan/resolution.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace regent::plan {

/// One who is to hold a client secret: a connector that signs in with it, or a target of its `deliverTo`. What it holds
/// is what it says itself, in the tenant or where it was delivered; nobody remembers it for it.
struct SecretConsumer {
    std::optional<model::Address> connector;
    const model::Value* target = nullptr;  ///< when it is no connector
    bool written = false;                  ///< this plan may give it a secret
    bool unknown = false;                  ///< it cannot be looked at from here; `note` says why
    bool refused = false;                  ///< it is unknown because its service refuses regent the look
    bool may_hold = false;                 ///< there is something that may hold a secret
    bool in_doubt = false;                 ///< whether it still has what it names is not known
    std::string key_id;                    ///< of the secret that it names; empty: none
    std::string note;
};

/// The key id that an observed connector's mark names; empty when it names none.
[[nodiscard]] std::string marked_key(const model::ObservedResource* observed);
/// Whether somebody else saved an observed connector since it was given the secret that its mark names.
[[nodiscard]] bool is_in_doubt(const model::ObservedResource& connector);
/// "none", "clientSecret", "managedIdentity"; empty when it is not known.
[[nodiscard]] std::string observed_auth(const model::ObservedResource& observed);
/// The secret a connector is to sign in with: the application and the secret's name.
[[nodiscard]] std::optional<std::pair<model::Address, std::string>> wanted_secret(const DesiredResource& connector);

[[nodiscard]] SecretConsumer connector_as_consumer(const model::Address& address, const Item& connector);
/// The targets of `deliverTo` of one secret of `application`.
[[nodiscard]] std::vector<SecretConsumer> targets_as_consumers(const Item& application, const model::Element& secret,
                                                               const std::vector<model::ObservedDelivery>& deliveries);

}  // namespace regent::plan
