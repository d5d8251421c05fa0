#pragma once

#include "apply/applier.hpp"
#include "plan/plan.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace regent::controller {

/// What an apply did, as its last line and the history count it.
struct OutcomeCounts {
    std::size_t created = 0, adopted = 0, updated = 0, removed = 0, secrets = 0;
    std::vector<std::string> failed, waiting;  ///< "Application/portal"
    /// Connectors that were made, or made anew: people have to make their connections.
    std::vector<std::string> without_connections;
};

/// `result` belongs to `plan`: one outcome per step.
[[nodiscard]] OutcomeCounts count_outcomes(const plan::Plan& plan, const apply::ApplyResult& result);

}  // namespace regent::controller
