#pragma once

#include "model/snapshot.hpp"
#include "plan/desired_graph.hpp"

#include <optional>

namespace regent::plan {

/// `desired` with a reference wherever a manifest names an API by its application id (`api: 3f8a…`, as an import writes
/// it) and that application is one of `desired`: what its manifest exposes counts then, also what somebody has taken
/// away in the portal and this plan puts back. Nothing when no manifest does.
[[nodiscard]] std::optional<DesiredGraph> with_references_to_own_apis(const DesiredGraph& desired,
                                                                      const model::Snapshot& observed);

}  // namespace regent::plan
