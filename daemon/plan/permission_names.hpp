#pragma once

#include "model/diagnostic.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// Permission names can only be checked against the tenant: whether the API is there and publishes them. Objects that
/// ask for one that is not are blocked, without a Withheld: the diagnostics (RG0709) say it.
[[nodiscard]] model::Diagnostics check_permission_names(const DesiredGraph& desired, const model::Snapshot& observed,
                                                        Items& items);

}  // namespace regent::plan
