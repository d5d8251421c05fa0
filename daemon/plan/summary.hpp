#pragma once

#include "plan/plan.hpp"

namespace regent::plan {

/// Counts what `plan` holds into its summary and its deletes.
void count(Plan& plan);

}  // namespace regent::plan
