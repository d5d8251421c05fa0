#pragma once

#include "plan/diff.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <chrono>
#include <string>

namespace regent::plan {

/// What a person should know before the changes of one attribute are made; empty: nothing.
[[nodiscard]] std::string warning_about(const ResolvedAttribute& attribute, const AttributeDiff& diff);

/// Tells of certificates that have expired, or will within a month: of those that are declared, and of those that are
/// there.
void warn_of_expiry(const Items& items, std::chrono::system_clock::time_point now, Plan& plan);

}  // namespace regent::plan
