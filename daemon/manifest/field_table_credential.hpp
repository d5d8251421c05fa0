#pragma once

#include "manifest/field_table.hpp"

#include <array>
#include <string_view>

namespace regent::manifest {

// Whom a federated credential trusts: the same in an application's list and in a document of its own.
inline constexpr Field credential_issuer = {.name = "issuer",
                                            .together_with = "subject",
                                            .help = "`iss` of the tokens to trust, exactly as the tokens have it",
                                            .example = "https://token.actions.githubusercontent.com"};
inline constexpr Field credential_subject = {
    .name = "subject",
    .together_with = "issuer",
    .help = "`sub` of the tokens to trust, exactly as the tokens have it; no wildcards",
    .example = "repo:contoso/orders:environment:prod"};
inline constexpr Field credential_connector_ref = {
    .name = "connectorRef",
    .type = FieldType::reference,
    .target = "Connector",
    .late = true,
    .help = "trust a connector's managed identity: issuer and subject are read from it",
    .example = "{name: arm-mi}"};
inline constexpr Field credential_audience = {.name = "audience",
                                              .default_text = "api://AzureADTokenExchange, or the cloud's own",
                                              .help = "`aud` of the tokens to trust",
                                              .example = "api://AzureADTokenExchange"};
inline constexpr Field credential_description = {
    .name = "description", .help = "for people; up to 600 characters", .example = "deploys from main"};
inline constexpr std::array<std::string_view, 2> credential_choice = {"issuer", "connectorRef"};

}  // namespace regent::manifest
