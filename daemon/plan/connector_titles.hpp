#pragma once

#include "model/diagnostic.hpp"
#include "plan/desired_graph.hpp"

namespace regent::plan {

/// Power Platform makes a connector's name of its title, and a name is there once: of two connectors with one title in
/// one environment the second could never be made. RG0329, with both places.
void check_titles(const DesiredGraph& graph, model::Diagnostics& diagnostics);

}  // namespace regent::plan
