#pragma once

#include "net/credentials.hpp"
#include "net/token_fetcher.hpp"

#include <memory>
#include <string>
#include <vector>

namespace regent::net {

/// Tokens of the identity that Azure gave the machine, from the place that the host serves them at:
/// - virtual machines and scale sets:
/// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
/// - App Service, Functions, Container Apps: https://learn.microsoft.com/azure/app-service/overview-managed-identity
/// - Arc: https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication. Its key file is read
/// only
///   where the agent keeps them, ends in .key and has at most 4096 bytes: the path comes with an answer over plain
///   http.
/// - Service Fabric: https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code.
///   Its endpoint shows a certificate that no authority vouches for, so `transport` must pin it.
///
/// The metadata service is given the 70 seconds it may take to come back after an update, with the documented pauses.
/// `transport` must allow origin_of(identity).
[[nodiscard]] std::unique_ptr<TokenFetcher> make_managed_identity_fetcher(Transport& transport, Clock& clock,
                                                                          ManagedIdentity identity);

/// What Service Fabric's variables say: an https address, a header, the certificate's thumbprint. The cluster decides
/// which identity it is, so `client_id` has to be empty.
[[nodiscard]] tl::expected<ManagedIdentity, TokenError> service_fabric_identity(const std::string& endpoint,
                                                                                Secret header,
                                                                                std::string_view thumbprint,
                                                                                const std::string& client_id);

}  // namespace regent::net
