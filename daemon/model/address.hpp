#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace regent::model {

/// The name of a resource for people and for references: "Application/arm-connector".
///
/// `name` is metadata.name, which is ours and is the identity; what the services call the same thing (object id, RP
/// name) is a property of what was observed.
struct Address {
    std::string kind;
    std::string name;

    friend auto operator<=>(const Address&, const Address&) = default;
    friend bool operator==(const Address&, const Address&) = default;
};

[[nodiscard]] std::string to_string(const Address& address);

namespace kind {
inline constexpr std::string_view application = "Application";
inline constexpr std::string_view redirect_uri = "RedirectUri";
inline constexpr std::string_view federated_credential = "FederatedCredential";
inline constexpr std::string_view connector = "Connector";
inline constexpr std::string_view environment = "Environment";
}  // namespace kind

}  // namespace regent::model
