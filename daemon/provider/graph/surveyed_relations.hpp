#pragma once

#include "model/survey.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/read_progress.hpp"

#include <tl/expected.hpp>

namespace regent::provider::graph {

/// Completes the applications of `survey` with what costs requests of its own: owners of both objects, extension
/// properties, admin consent and who holds their roles; twenty to a request. What may not be read is noted as
/// unreadable, with a remark, and the survey goes on. Any other failure fails it.
[[nodiscard]] tl::expected<void, ProviderError> read_surveyed_relations(GraphClient& client, model::Survey& survey,
                                                                        ReadProgress& progress);

}  // namespace regent::provider::graph
