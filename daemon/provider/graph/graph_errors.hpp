#pragma once

#include "net/session.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/provider_error.hpp"

#include <string>

namespace regent::provider::graph {

/// What an answer of 300 or more means, with the cure. `what` completes "Entra refused to …".
/// https://learn.microsoft.com/graph/errors
[[nodiscard]] ProviderError graph_refusal(const std::string& what, const GraphAnswer& answer);

/// What it means that no answer came.
[[nodiscard]] ProviderError call_failure(const std::string& what, const net::CallError& failure);
/// The process was asked to stop while `what` waited.
[[nodiscard]] ProviderError interrupted(const std::string& what);

/// True for the guises in which a directory says "I do not know that object yet": 404, and texts about references to a
/// fresh one. The same answers mean "there is none" when the object is not fresh.
[[nodiscard]] bool is_not_replicated_yet(const GraphAnswer& answer);
/// True for a refusal that goes away by itself within seconds: another write on the object, or on the tenant, is under
/// way.
[[nodiscard]] bool is_concurrent_write(const GraphAnswer& answer);
/// A scope or role was to be changed or removed that counts as enabled. regent disables them first, so a replica does
/// not know that yet, or somebody enabled it meanwhile. The message is older than its code.
/// https://learn.microsoft.com/graph/api/application-update
[[nodiscard]] bool is_still_enabled(const GraphAnswer& answer);
/// True when another object, perhaps one in the recycle bin, holds the uniqueName.
[[nodiscard]] bool is_key_taken(const GraphAnswer& answer);
/// True when the answer leaves open whether a write took effect.
[[nodiscard]] bool leaves_outcome_open(const GraphAnswer& answer);

}  // namespace regent::provider::graph
