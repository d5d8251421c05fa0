#include "plan/plan.hpp"
#include "plan/safety.hpp"

namespace regent::plan {

std::string_view to_string(Action action) noexcept {
    switch (action) {
        case Action::none:
            return "none";
        case Action::create:
            return "create";
        case Action::adopt:
            return "adopt";
        case Action::update:
            return "update";
        case Action::replace:
            return "replace";
        case Action::remove:
            return "delete";
    }
    return "none";
}

std::string_view sign_of(Action action) noexcept {
    switch (action) {
        case Action::none:
            return " ";
        case Action::create:
            return "+";
        case Action::adopt:
            return "@";
        case Action::update:
            return "~";
        case Action::replace:
            return "-/+";
        case Action::remove:
            return "-";
    }
    return " ";
}

std::string_view to_string(Reason reason) noexcept {
    switch (reason) {
        case Reason::in_sync:
            return "in_sync";
        case Reason::not_found:
            return "not_found";
        case Reason::restored:
            return "restored";
        case Reason::adoption:
            return "adoption";
        case Reason::manifest_changed:
            return "manifest_changed";
        case Reason::drifted:
            return "drifted";
        case Reason::immutable_changed:
            return "immutable_changed";
        case Reason::manifest_gone:
            return "manifest_gone";
        case Reason::secret_missing:
            return "secret_missing";
        case Reason::secret_expiring:
            return "secret_expiring";
        case Reason::secret_not_delivered:
            return "secret_not_delivered";
        case Reason::secret_in_doubt:
            return "secret_in_doubt";
        case Reason::secret_needed:
            return "secret_needed";
        case Reason::secret_rotation:
            return "secret_rotation";
        case Reason::secret_superseded:
            return "secret_superseded";
        case Reason::value_known_now:
            return "value_known_now";
    }
    return "in_sync";
}

std::string_view to_string(Withheld::Why why) noexcept {
    switch (why) {
        case Withheld::Why::observe_only:
            return "observe_only";
        case Withheld::Why::create_only:
            return "create_only";
        case Withheld::Why::ignored:
            return "ignored";
        case Withheld::Why::foreign_owner:
            return "foreign_owner";
        case Withheld::Why::unclaimed_namesake:
            return "unclaimed_namesake";
        case Withheld::Why::several_matches:
            return "several_matches";
        case Withheld::Why::adopt_target_missing:
            return "adopt_target_missing";
        case Withheld::Why::adopt_target_differs:
            return "adopt_target_differs";
        case Withheld::Why::replacement_unasked:
            return "replacement_unasked";
        case Withheld::Why::other_backend:
            return "other_backend";
        case Withheld::Why::no_place:
            return "no_place";
        case Withheld::Why::prevent_delete:
            return "prevent_delete";
        case Withheld::Why::on_removal_keep:
            return "on_removal_keep";
        case Withheld::Why::owner_undeclared:
            return "owner_undeclared";
        case Withheld::Why::own_sign_in:
            return "own_sign_in";
        case Withheld::Why::unvouched:
            return "unvouched";
        case Withheld::Why::waits_for_withheld:
            return "waits_for_withheld";
        case Withheld::Why::delivery_unknown:
            return "delivery_unknown";
        case Withheld::Why::delivery_not_due:
            return "delivery_not_due";
        case Withheld::Why::delivery_waits:
            return "delivery_waits";
        case Withheld::Why::delivery_refused:
            return "delivery_refused";
        case Withheld::Why::secret_waits:
            return "secret_waits";
        case Withheld::Why::not_seen_yet:
            return "not_seen_yet";
    }
    return "ignored";
}

std::string_view to_string(Work work) noexcept {
    switch (work) {
        case Work::create:
            return "create";
        case Work::adopt:
            return "adopt";
        case Work::update:
            return "update";
        case Work::complete:
            return "complete";
        case Work::add:
            return "add";
        case Work::change:
            return "change";
        case Work::drop:
            return "drop";
        case Work::await:
            return "await";
        case Work::remove:
            return "delete";
    }
    return "update";
}

std::string_view to_string(Refusal::Guard guard) noexcept {
    switch (guard) {
        case Refusal::Guard::deletes:
            return "deletes";
        case Refusal::Guard::delete_share:
            return "delete_share";
        case Refusal::Guard::empty_source:
            return "empty_source";
        case Refusal::Guard::plan_changed:
            return "plan_changed";
        case Refusal::Guard::approval_missing:
            return "approval_missing";
        case Refusal::Guard::mode_plan:
            return "mode_plan";
        case Refusal::Guard::risk:
            return "risk";
    }
    return "deletes";
}

std::string_view code_of(Refusal::Guard guard) noexcept {
    switch (guard) {
        case Refusal::Guard::deletes:
            return "RG0801";
        case Refusal::Guard::delete_share:
            return "RG0802";
        case Refusal::Guard::empty_source:
            return "RG0803";
        case Refusal::Guard::plan_changed:
            return "RG0804";
        case Refusal::Guard::approval_missing:
            return "RG0805";
        case Refusal::Guard::mode_plan:
            return "RG0806";
        case Refusal::Guard::risk:
            return "RG0807";
    }
    return "RG0801";
}

}  // namespace regent::plan
