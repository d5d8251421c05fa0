#pragma once

#include "model/snapshot.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/graph/owner_list.hpp"
#include "provider/read_progress.hpp"

#include <map>
#include <string>

namespace regent::provider::graph {

/// Reads what stands below an application or its service principal and costs a request for each: owners and extension
/// properties, of those whose manifests declare them. Twenty to a batch; owners of applications in `listed` are not
/// asked for again. Service principals were read before. With `names`, what owners are called is added to it, by id.
[[nodiscard]] tl::expected<void, ProviderError> read_relations(GraphClient& client, const model::Scope& scope,
                                                               model::Snapshot& found, ReadProgress& progress,
                                                               OwnersByApplication listed,
                                                               std::map<std::string, std::string>* names = nullptr);

}  // namespace regent::provider::graph
