#pragma once

#include "simulator/directory.hpp"
#include "simulator/graph_answer.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"

#include <functional>
#include <optional>

namespace regent::simulator {

// Owners of applications and of service principals are kept and asked for in one way.
// https://learn.microsoft.com/graph/api/serviceprincipal-post-owners

using PutOwned = std::function<void(nlohmann::json)>;

/// Requests below `…/owners` of `object`, whose name in the path is segment `at`; a changed object is handed to `put`.
[[nodiscard]] Response handle_owners(const Directory& directory, const GraphSwitches& switches,
                                     const GraphRequest& request, const nlohmann::json& object, std::size_t at,
                                     const PutOwned& put);

[[nodiscard]] bool is_owner(const std::string& principal, const nlohmann::json& object);

/// As `$expand=owners` shows them.
[[nodiscard]] nlohmann::json owners_of(const Directory& directory, const nlohmann::json& object);

/// Of something that is made: the caller, and who is bound in the body.
[[nodiscard]] std::optional<GraphError> first_owners(const Directory& directory, const GraphSwitches& switches,
                                                     const GraphRequest& request, nlohmann::json& owners);

}  // namespace regent::simulator
