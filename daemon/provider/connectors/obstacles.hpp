#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/connector_mark.hpp"

#include <string>
#include <vector>

namespace regent::provider::connectors {

// Why no connector of the Power Platform can be the one that a manifest means. Its services differ in how a connector
// is found, and not in what is said when it is not.

/// Several carry the mark of one manifest.
[[nodiscard]] model::Obstacle several_marked(const model::Scope::Wanted& wanted, const std::vector<std::string>& names);
/// The one that the manifest adopts is marked already.
[[nodiscard]] model::Obstacle adopted_is_marked(const model::Scope::Wanted& wanted, const ConnectorMark& mark);
/// One with the manifest's title is called `name`, and marked by somebody else.
[[nodiscard]] model::Obstacle marked_namesake(const model::Scope::Wanted& wanted, const ConnectorMark& mark,
                                              const std::string& name);
/// Those with the manifest's title carry nobody's mark.
[[nodiscard]] model::Obstacle unmarked_namesakes(const model::Scope::Wanted& wanted,
                                                 const std::vector<std::string>& names);

}  // namespace regent::provider::connectors
