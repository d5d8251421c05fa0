#pragma once

#include "model/declaration.hpp"
#include "model/diagnostic.hpp"
#include "plan/desired_graph.hpp"

#include <vector>

namespace regent::plan {

/// One character: of documents and values only the beginning is kept.
[[nodiscard]] model::Span span_at(const model::Place& place);

/// Whether everything that is referred to is there and offers what is needed of it; circles through early references.
void check_references(const std::vector<const model::Declaration*>& declarations, const DesiredGraph& graph,
                      model::Diagnostics& diagnostics);

/// Whether the roles that are given to people and applications are there, where a manifest says which there are.
void check_assignments(const DesiredGraph& graph, model::Diagnostics& diagnostics);

/// What only all documents together can break: limits and uniqueness after contributions, and the rules between an
/// application and its connectors.
void check_rules(const DesiredGraph& graph, model::Diagnostics& diagnostics);

}  // namespace regent::plan
