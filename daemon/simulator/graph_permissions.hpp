#pragma once

#include "simulator/graph_answer.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"

#include <functional>
#include <optional>

namespace regent::simulator {

/// Whether the roles in the caller's token allow the request; the refusal when they do not. `is_owned_or_new` is asked
/// where Application.ReadWrite.OwnedBy decides: it restricts writes to what the caller owns, and not reads.
/// https://learn.microsoft.com/graph/permissions-reference
[[nodiscard]] std::optional<GraphError> check_permission(
    const GraphSwitches& switches, const GraphRequest& request,
    const std::function<bool(const GraphRequest&)>& is_owned_or_new);

}  // namespace regent::simulator
