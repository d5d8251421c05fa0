#pragma once

#include "model/secret.hpp"
#include "net/session.hpp"
#include "provider/provider.hpp"
#include "provider/surveyor.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace regent::provider::graph {

/// How to reach Microsoft Graph and how eagerly to read.
struct GraphOptions {
    std::string origin = "https://graph.microsoft.com";
    std::string scope = "https://graph.microsoft.com/.default";
    Identity identity;
    int parallel_reads = 4;
    /// Try `$expand=federatedIdentityCredentials` on lists (one request per 100 applications); on refusal the
    /// credentials are read in batches of 20. Documented for the resource, doubted by one project for v1.0: a switch.
    bool expand_federated_credentials = true;
    /// How long a value that was just written may stay invisible before it counts as lost.
    std::chrono::seconds replication_grace{300};
    /// Tries a client secret of the application `app_id` where it signs in: false while it is refused as a wrong one,
    /// as new ones are for seconds to minutes. Unset: a new one counts as usable at once.
    std::function<bool(const std::string& app_id, const model::Secret& secret)> accepts_secret = {};
};

/// Applications with their federated credentials, secrets and service principals; the permissions of the APIs in scope.
[[nodiscard]] std::unique_ptr<Observer> make_graph_observer(net::Session& session, net::Clock& clock,
                                                            GraphOptions options);
[[nodiscard]] std::unique_ptr<Writer> make_graph_writer(net::Session& session, net::Clock& clock, GraphOptions options);

/// All applications, not only those of manifests: for imports.
[[nodiscard]] std::unique_ptr<Surveyor> make_graph_surveyor(net::Session& session, net::Clock& clock,
                                                            GraphOptions options);
/// Which of the applications with these object ids the caller owns; one that is gone is not among them.
[[nodiscard]] tl::expected<std::set<std::string>, ProviderError> owned_among(net::Session& session, net::Clock& clock,
                                                                             const GraphOptions& options,
                                                                             const std::set<std::string>& object_ids);

}  // namespace regent::provider::graph
