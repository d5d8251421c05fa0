#pragma once

#include "provider/graph/graph_provider.hpp"

#include <memory>

namespace regent::provider::graph {

/// The tenant's policies on applications, where a manifest asks for what they may forbid. Needs Policy.Read.All;
/// without it they are not known, which is no failure: the service will say what it forbids. They change seldom, so
/// they are read again after ten minutes only.
[[nodiscard]] std::unique_ptr<Observer> make_credential_policy_observer(net::Session& session, net::Clock& clock,
                                                                        GraphOptions options);

}  // namespace regent::provider::graph
