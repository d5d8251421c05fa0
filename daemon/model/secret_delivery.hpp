#pragma once

#include "model/value.hpp"

#include <string>
#include <string_view>

namespace regent::model {

/// Where a client secret goes, beside the connectors that name it: one entry of `deliverTo`. As a value:
///
///     {type: "file", path: "/var/lib/regent/delivered/arm", group: "www-data"}
///     {type: "keyVault", vault: "contoso-prod", name: "arm-secret"}
///     {type: "command", name: "put-arm"}          what it runs is configured on the machine
namespace delivery {
inline constexpr std::string_view file = "file";
inline constexpr std::string_view key_vault = "keyVault";
inline constexpr std::string_view command = "command";
}  // namespace delivery

/// One target per id: "file:/var/lib/regent/delivered/arm", "keyVault:contoso-prod/arm-secret", "command:put-arm".
[[nodiscard]] std::string delivery_id(const Value& target);
/// For people: "file /var/lib/regent/delivered/arm", "Key Vault contoso-prod/arm-secret", "command put-arm".
[[nodiscard]] std::string delivery_words(const Value& target);

/// One secret and one place it goes to.
struct SecretDelivery {
    std::string secret;  ///< the manifest's name for it
    Value target;
};

/// What a delivery target holds, by its own account: never the value.
struct ObservedDelivery {
    enum class State {
        empty,    ///< it holds nothing of ours
        holds,    ///< the secret with `key_id`
        unnamed,  ///< it may hold a secret, and does not say which
        unknown,  ///< it cannot be looked at from here; `note` says why
        refused   ///< its service refuses regent the look (401, 403), from wherever; `note` says why
    };
    std::string secret;
    std::string target;  ///< delivery_id()
    State state = State::unknown;
    std::string key_id;
    std::string note;
};

}  // namespace regent::model
