#pragma once

#include "model/snapshot.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/graph/owner_list.hpp"
#include "provider/read_progress.hpp"

namespace regent::provider::graph {

/// Reads what stands below an application or its service principal and costs a request for each: owners and extension
/// properties, of those whose manifests declare them. Twenty to a batch; owners of applications in `listed` are not
/// asked for again. Service principals were read before.
[[nodiscard]] tl::expected<void, ProviderError> read_relations(GraphClient& client, const model::Scope& scope,
                                                               model::Snapshot& found, ReadProgress& progress,
                                                               OwnersByApplication listed);

}  // namespace regent::provider::graph
