#pragma once

#include "cli/options.hpp"
#include "controller/tenant.hpp"

namespace regent::cli {

/// The tenant of `environment`, with the caller's own credentials: AZURE_CLIENT_ID with AZURE_CLIENT_SECRET or
/// AZURE_CLIENT_CERTIFICATE_PATH, else files in $CREDENTIALS_DIRECTORY.
[[nodiscard]] tl::expected<std::unique_ptr<controller::Tenant>, controller::SignInError> sign_in(
    const model::Environment& environment, const GlobalOptions& options, controller::WaitListener on_wait);

/// Where sign_in() takes the credential from, for people: "a client secret", never a value.
[[nodiscard]] std::string credential_source();

/// Where sign-ins of persons are kept: beside the history. See service::person_files().
[[nodiscard]] controller::PersonFiles person_files(const model::Environment& environment, const GlobalOptions& options);

}  // namespace regent::cli
