#pragma once

#include "model/value.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/read_progress.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <atomic>
#include <map>
#include <optional>
#include <string>

namespace regent::provider::graph {

/// Owners by the object id of their application.
using OwnersByApplication = std::map<std::string, model::Value>;

/// Their ids, out of an answer's list; nothing when one has none.
[[nodiscard]] std::optional<model::Value> owners_in(const nlohmann::json& list);

/// What is known before applications are read.
struct OwnerListing {
    std::string tag;                ///< that the applications carry
    std::size_t applications = 0;   ///< about how many of them there are
    std::size_t declaring = 0;      ///< of how many of them owners are asked for
    std::atomic<bool>& expandable;  ///< false once the tenant refused to list owners with applications
};

/// Owners of all applications with the tag, in pages of a hundred applications: asking for them application by
/// application takes a request for twenty. Nothing where that is still cheaper, or where Graph does not take the
/// question. Left out is who has so many owners that a list shows only some of them.
/// https://learn.microsoft.com/graph/api/application-list
[[nodiscard]] tl::expected<std::optional<OwnersByApplication>, ProviderError> list_owners(GraphClient& client,
                                                                                          const OwnerListing& listing,
                                                                                          ReadProgress& progress);

}  // namespace regent::provider::graph
