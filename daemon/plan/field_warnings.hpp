#pragma once

#include "plan/diff.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <string>

namespace regent::plan {

/// What a person should know before the changes of one attribute are made; empty: nothing.
[[nodiscard]] std::string warning_about(const ResolvedAttribute& attribute, const AttributeDiff& diff);

/// What a person should know of a difference that `management.ignore` leaves as it is; empty: nothing.
[[nodiscard]] std::string warning_about_ignored(const ResolvedAttribute& attribute, const AttributeDiff& diff);

}  // namespace regent::plan
