#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"

#include <string>
#include <string_view>

namespace regent::manifest {

/// Checks one federated credential: `credential` holds name, issuer, subject, audience and description; `name` is the
/// node of its name (a document's metadata.name when it has no other), or a null pointer.
/// https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
void check_federated_credential(const Values& credential, const Node* name, Findings& findings);

/// `aud` that Entra's token exchange expects in `cloud` ("public", "usgov", "usgov-dod", "china").
/// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
[[nodiscard]] std::string token_exchange_audience(std::string_view cloud);

}  // namespace regent::manifest
