#pragma once

#include "plan/plan.hpp"

#include <set>
#include <vector>

namespace regent::plan {

/// What a plan for some objects only is made of.
struct Selection {
    std::set<model::Address> wanted;  ///< asked for by name
    /// Planned with them: their steps wait for steps of these, or issue a secret for these.
    std::set<model::Address> needed;
    /// Objects of the plan that stay as they are, though something would be done about them.
    std::set<model::Address> left_out;
    /// Objects that something of `wanted` needs and that would be replaced, which is a removal nobody asked for.
    std::vector<model::Address> removals_outside;
};

/// Takes out of `plan` what is neither one of `wanted` nor needed by one. Objects are whole: one that is needed is
/// planned with all its steps. Nothing is removed: a removal comes after everything else of a plan. Counts and
/// resources follow; the id does not, see plan_id().
[[nodiscard]] Selection select(Plan& plan, std::set<model::Address> wanted);

}  // namespace regent::plan
