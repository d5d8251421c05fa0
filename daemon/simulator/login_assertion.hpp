#pragma once

#include "simulator/directory.hpp"
#include "simulator/http.hpp"
#include "simulator/login_refusal.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace regent::simulator {

/// What an application proves itself with: a secret, an assertion that its certificate signed, or the token of another
/// issuer that a federated credential names. Nothing when it is good.
/// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
[[nodiscard]] std::optional<LoginRefusal> check_credential(const Directory& directory, const Request& request,
                                                           const nlohmann::json& form,
                                                           const nlohmann::json& application,
                                                           const std::string& tenant);

}  // namespace regent::simulator
