#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// Changes of certificates that would take away the one that tokens are encrypted for, where no manifest says what they
/// are to be encrypted for then: Entra refuses that, and to choose another is not ours. `items` no longer ask for them,
/// and `plan` tells them as withheld.
void withhold_encryption_keys_that_go(Items& items, Plan& plan);

}  // namespace regent::plan
