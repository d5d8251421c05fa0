#pragma once

#include "simulator/graph_list.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"
#include "simulator/versioned.hpp"

#include <functional>
#include <string>

namespace regent::simulator {

/// `/applications/delta`, `/servicePrincipals/delta`, `/oauth2PermissionGrants/delta`: is this one of them?
[[nodiscard]] bool asks_for_delta(const GraphRequest& request);

/// What one collection's changes are made of.
struct DeltaSource {
    const Versioned& collection;
    Listing listing;  ///< context and projection
    /// Can the object that is gone be restored?
    std::function<bool(const std::string& id)> is_restorable;
    Time now;
    std::chrono::seconds replica_lag;
};

/// Rounds of changes: pages to a `deltaLink`, from which the next round starts. What hangs on an object by navigation
/// (federated credentials, owners) is no change of it. https://learn.microsoft.com/graph/delta-query-overview
[[nodiscard]] Response list_changes(const GraphRequest& request, const DeltaSource& source,
                                    const GraphSwitches& switches);

}  // namespace regent::simulator
