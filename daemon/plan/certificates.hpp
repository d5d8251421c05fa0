#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <chrono>

namespace regent::plan {

/// What a reader should know of the certificates of applications and of their service principals: every one that is
/// there stands among the credentials; a warning tells of those that are not valid yet, have expired or will within a
/// month, whether they are declared or there; and another one of a signing key that is chosen and that nobody sees.
void tell_certificates(const Items& items, std::chrono::system_clock::time_point now, Plan& plan);

}  // namespace regent::plan
