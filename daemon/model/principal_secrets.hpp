#pragma once

#include "model/snapshot.hpp"

#include <string_view>
#include <vector>

namespace regent::model {

namespace path {
/// Of an application: the secrets that its service principal has of its own, and that sign in as the application too.
/// Only read: no manifest can declare one, and no table has it.
inline constexpr std::string_view principal_secrets = "servicePrincipal.clientSecrets";
}  // namespace path

[[nodiscard]] Value principal_secrets_value(const std::vector<ObservedSecret>& secrets);
/// Key id, display name and end of each; none when there is no service principal.
[[nodiscard]] std::vector<ObservedSecret> principal_secrets_of(const ObservedResource& application);

}  // namespace regent::model
