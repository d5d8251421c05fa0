#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "model/environment.hpp"
#include "net/session.hpp"
#include "provider/provider.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace regent::cli {

/// A tenant that a command may read, with the caller's own credentials.
class Tenant {
public:
    virtual ~Tenant() = default;

    /// Reads everything `graph` needs: Graph first, then Power Apps. Connectors are only asked for where there are
    /// Power Platform environments.
    [[nodiscard]] virtual tl::expected<model::Snapshot, provider::ProviderError> observe(const model::Scope& scope) = 0;
    /// Those who can write. A command that only plans never calls this, and without it none of them exists.
    [[nodiscard]] virtual std::vector<provider::Writer*> writers() = 0;
    /// About the credential: a key file that everybody can read.
    [[nodiscard]] virtual const std::vector<std::string>& warnings() const = 0;
    [[nodiscard]] virtual net::SessionCounters counters() const = 0;
    [[nodiscard]] virtual net::Clock& clock() = 0;
    [[nodiscard]] virtual net::Rng& rng() = 0;
    /// Ends every wait at once; safe to call from a signal handler.
    virtual void interrupt() noexcept = 0;
};

struct SignInError {
    std::string message;
    std::string help;
};

/// Signs nothing in yet: the first request does. Fails when no credential can be found, or one for another tenant.
/// Credentials come from AZURE_CLIENT_ID with AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH, else from files in
/// $CREDENTIALS_DIRECTORY.
[[nodiscard]] tl::expected<std::unique_ptr<Tenant>, SignInError> connect(const model::Environment& environment,
                                                                         const GlobalOptions& options,
                                                                         net::WaitListener on_wait);

}  // namespace regent::cli
