#include "plan/obstacles.hpp"

#include <algorithm>

namespace regent::plan {

bool is_obstacle(const Withheld& withheld) noexcept {
    switch (withheld.why) {
        case Withheld::Why::foreign_owner:
        case Withheld::Why::unclaimed_namesake:
        case Withheld::Why::several_matches:
        case Withheld::Why::adopt_target_missing:
        case Withheld::Why::adopt_target_differs:
        case Withheld::Why::replacement_unasked:
        case Withheld::Why::no_place:
        case Withheld::Why::delivery_refused:
        case Withheld::Why::delivery_waits:
        case Withheld::Why::secret_waits:
        case Withheld::Why::not_seen_yet:
        case Withheld::Why::unvouched:
            return true;
        // With a manifest it would be replaced, or made; without one it is only kept.
        case Withheld::Why::prevent_delete:
        case Withheld::Why::waits_for_withheld:
        case Withheld::Why::other_backend:
        case Withheld::Why::own_sign_in:
            return withheld.place.known();
        case Withheld::Why::observe_only:
        case Withheld::Why::create_only:
        case Withheld::Why::ignored:
        case Withheld::Why::on_removal_keep:
        case Withheld::Why::owner_undeclared:
        // Another machine can look, and a plan in a pull request has no business there.
        case Withheld::Why::delivery_unknown:
        case Withheld::Why::delivery_not_due:
            break;
    }
    return false;
}

bool passes_by_itself(const Withheld& withheld) noexcept {
    return withheld.why == Withheld::Why::not_seen_yet || withheld.why == Withheld::Why::secret_waits ||
           withheld.why == Withheld::Why::delivery_waits;
}

std::size_t count_obstacles(const Plan& plan) noexcept {
    return static_cast<std::size_t>(std::count_if(plan.withheld.begin(), plan.withheld.end(), is_obstacle));
}

}  // namespace regent::plan
