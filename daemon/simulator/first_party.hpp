#pragma once

#include <nlohmann/json_fwd.hpp>

namespace regent::simulator {

/// Service principals that a tenant has from Microsoft, with the permissions whose ids are published.
/// https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in,
/// https://learn.microsoft.com/graph/permissions-reference
[[nodiscard]] nlohmann::json first_party_principals();

}  // namespace regent::simulator
