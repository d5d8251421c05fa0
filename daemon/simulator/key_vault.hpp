#pragma once

#include "simulator/service.hpp"

#include <memory>
#include <string>

namespace regent::simulator {

/// Azure Key Vaults with their secrets, each below `/keyvault/<vault>/`: what the real ones do at
/// `https://<vault>.vault.azure.net/`. https://learn.microsoft.com/rest/api/keyvault/secrets
/// `clock` outlives the service.
[[nodiscard]] std::unique_ptr<Service> make_key_vault(const Clock& clock, std::string tenant_id);

}  // namespace regent::simulator
