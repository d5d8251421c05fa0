#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// Where regent may not look into the recycle bin, an application that is to be made may lie there under its key, and
/// Entra would refuse to make it anew. Says so before any write, once for all of them. Those that are remembered were
/// looked for by their ids, or are restored by these.
void warn_of_unseen_applications(const model::Snapshot& observed, const History& history, const Items& items,
                                 Plan& plan);

}  // namespace regent::plan
