#pragma once

#include "controller/measurements.hpp"
#include "controller/status.hpp"
#include "model/environment.hpp"
#include "model/local_delivery.hpp"
#include "model/survey.hpp"
#include "net/credentials.hpp"
#include "net/session.hpp"
#include "provider/provider.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::controller {

/// Where the sign-ins of persons are kept, for environments that need one: a file for each in `folder`, encrypted with
/// `key`.
struct PersonFiles {
    std::filesystem::path folder;
    std::filesystem::path key;
    bool may_make_key = false;           ///< the key is a file of regent's own, not one that somebody named
    std::string login = "regent login";  ///< how a person signs in here, for help
};

/// How to reach the services of a tenant.
struct ConnectOptions {
    std::chrono::seconds timeout{60};  ///< of one request; writes to Power Apps are given 330 s at least
    std::string transport;             ///< "cpprest" or "curl"; empty: the one that was chosen at the build
    std::string ca_file;
    std::string proxy;
    bool batch_writes = false;  ///< writes on different applications go out together: see make_batched_writes()
    /// How long something just written may stay invisible before regent believes that it is not there.
    std::chrono::seconds replication_grace{120};
    PersonFiles person;
    model::LocalDelivery delivery;  ///< what of this machine client secrets may be handed to
};

/// What a tenant holds, and whether some of it is only remembered.
struct Seen {
    model::Snapshot snapshot;
    provider::ReadFrom from = provider::ReadFrom::tenant;
};

struct SignInError {
    std::string message;
    std::string help;
    std::string code{};  ///< of the error catalogue; empty: RG0701
};

/// What a token says of its bearer.
struct SignedIn {
    std::string object_id;           ///< of the service principal
    std::string tenant_id;           ///< empty: the token does not say
    std::vector<std::string> roles;  ///< application permissions that were granted
};

/// A person whose account is used for some services.
struct PersonSignedIn {
    std::string user;  ///< may be empty: the token did not say
    std::chrono::system_clock::time_point since;
};

/// What became of a try to reach an endpoint.
struct Reached {
    bool answered = false;
    std::string error;                                          ///< otherwise: one line for a person
    std::optional<std::chrono::system_clock::time_point> date;  ///< of the answer, by the service's clock
};

/// A tenant that may be read, with one credential.
class Tenant {
public:
    virtual ~Tenant() = default;

    /// Reads everything `graph` needs: Graph first, then Power Apps. Connectors are only asked for where there are
    /// Power Platform environments.
    [[nodiscard]] virtual tl::expected<model::Snapshot, provider::ProviderError> observe(
        const model::Scope& scope, provider::ReadProgress& progress) = 0;
    /// Reads objects whether or not manifests know them: for imports.
    [[nodiscard]] virtual tl::expected<model::Survey, provider::ProviderError> survey(
        const model::Selection& selection, provider::ReadProgress& progress) = 0;
    /// The same for somebody who looks again and again. See provider::Observer::observe_changes().
    [[nodiscard]] virtual tl::expected<Seen, provider::ProviderError> observe_changes(
        const model::Scope& scope, const provider::ReadOrder& order, provider::ReadProgress& progress) {
        static_cast<void>(order);
        auto snapshot = observe(scope, progress);
        if (!snapshot) return tl::unexpected(std::move(snapshot.error()));
        return Seen{std::move(*snapshot), provider::ReadFrom::tenant};
    }
    /// Reads the connectors of `scope` and keeps nothing of them: whether that is allowed is the question.
    [[nodiscard]] virtual tl::expected<void, provider::ProviderError> read_connectors(const model::Scope& scope) = 0;
    /// Who we are: the token for Graph without its text.
    [[nodiscard]] virtual tl::expected<SignedIn, SignInError> signed_in() = 0;
    /// The same for the person of environments that need one, tried with a token for `scope` when that is one of
    /// theirs.
    [[nodiscard]] virtual tl::expected<PersonSignedIn, SignInError> person_signed_in(const std::string& scope) = 0;
    /// Asks an endpoint of the environment anything, to see whether it can be reached.
    [[nodiscard]] virtual Reached reach(const std::string& origin) = 0;
    /// Which of the applications with these object ids the caller owns.
    [[nodiscard]] virtual tl::expected<std::set<std::string>, provider::ProviderError> owned_among(
        const std::set<std::string>& object_ids) = 0;
    /// Those who can write. A command that only plans never calls this, and without it none of them exists.
    [[nodiscard]] virtual std::vector<provider::Writer*> writers() = 0;
    /// The endpoints, where not the manifests say them but the cloud does (`endpoints.metadata`).
    [[nodiscard]] virtual std::optional<model::Endpoints> named_by_cloud() const { return std::nullopt; }
    /// As ConnectOptions says it.
    [[nodiscard]] virtual std::chrono::seconds replication_grace() const { return ConnectOptions{}.replication_grace; }
    /// About the credential: a key file that everybody can read.
    [[nodiscard]] virtual const std::vector<std::string>& warnings() const = 0;
    [[nodiscard]] virtual net::SessionCounters counters() const = 0;
    /// The same by service, for status.
    [[nodiscard]] virtual std::vector<ServiceCounters> services() const = 0;
    [[nodiscard]] virtual net::Clock& clock() = 0;
    /// How far that clock is ahead of Graph's, by its last answer; unset: Graph has not said what time it is.
    [[nodiscard]] virtual std::optional<std::chrono::seconds> clock_ahead() const { return std::nullopt; }
    [[nodiscard]] virtual net::Rng& rng() = 0;
    /// Ends every wait at once; safe to call from a signal handler.
    virtual void interrupt() noexcept = 0;
};

/// Told when a request or a sign-in waits. `why` names who is waited for ("Key Vault answered 503"), or "the service"
/// where whoever reads or writes knows its name better.
using WaitListener =
    std::function<void(const std::string& origin, std::chrono::milliseconds wait, const std::string& why)>;

/// Signs nothing in yet: the first request does. Asks `endpoints.metadata` first, where there is one. Fails when that
/// gives no answer that can be used, or the credential is for another tenant. `measurements` outlives the result.
[[nodiscard]] tl::expected<std::unique_ptr<Tenant>, SignInError> connect(const model::Environment& environment,
                                                                         const ConnectOptions& options,
                                                                         net::SignIn sign_in, WaitListener on_wait,
                                                                         Measurements& measurements);

}  // namespace regent::controller
