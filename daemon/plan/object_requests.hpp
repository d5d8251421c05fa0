#pragma once

#include "plan/object_work.hpp"

namespace regent::plan {

/// The requests about the object itself: the one that makes, adopts or changes it; before a change, one that disables
/// scopes and roles; afterwards, what waits for values that other steps bring forth.
void plan_own_requests(ObjectWork& work);

}  // namespace regent::plan
