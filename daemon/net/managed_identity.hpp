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
///
/// The metadata service is given the 70 seconds it may take to come back after an update, with the documented pauses.
/// `transport` must allow origin_of(identity).
[[nodiscard]] std::unique_ptr<TokenFetcher> make_managed_identity_fetcher(Transport& transport, Clock& clock,
                                                                          ManagedIdentity identity);

}  // namespace regent::net
