#pragma once

#include "model/diagnostic.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// Permission names can only be checked against the tenant: whether the API is there and publishes them. Objects that
/// ask for one that is not are blocked, without a Withheld: the diagnostics (RG0709) say it.
[[nodiscard]] model::Diagnostics check_permission_names(const DesiredGraph& desired, const model::Snapshot& observed,
                                                        Items& items);

/// A permission that a manifest gives by its id, since nobody knew its name, is the one with that name as soon as the
/// API publishes it: what is observed has names then.
void name_permissions(const model::Snapshot& observed, Items& items);

}  // namespace regent::plan
