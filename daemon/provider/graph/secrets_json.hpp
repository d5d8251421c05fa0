#pragma once

#include "model/snapshot.hpp"
#include "provider/graph/strict_reading.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace regent::provider::graph {

/// `passwordCredentials` of an application: what Graph says of them, never their values.
/// https://learn.microsoft.com/graph/api/resources/passwordcredential
[[nodiscard]] std::vector<model::ObservedSecret> read_secrets(StrictReading& reading, const nlohmann::json& holder);

/// Those of a service principal, which regent issues none of. The password of a certificate that signs SAML tokens is
/// among them under the certificate's key id, and signs nobody in: it is left out.
/// https://learn.microsoft.com/graph/api/serviceprincipal-addtokensigningcertificate
[[nodiscard]] std::vector<model::ObservedSecret> read_principal_secrets(StrictReading& reading,
                                                                        const nlohmann::json& principal);

}  // namespace regent::provider::graph
