#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// The certificate that tokens are encrypted for stays as it is, where no manifest says what they are to be encrypted
/// for then: Entra refuses to take it away, and to choose another is not ours. `items` ask for it as it is, and `plan`
/// tells it as withheld; the other certificates change as their manifests say.
void withhold_encryption_keys_that_go(Items& items, Plan& plan);

}  // namespace regent::plan
