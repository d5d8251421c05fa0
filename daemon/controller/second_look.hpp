#pragma once

#include "apply/applier.hpp"
#include "controller/planning.hpp"
#include "controller/tenant.hpp"
#include "controller/workspace.hpp"
#include "store/store.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace regent::controller {

/// What a look at objects that were just restored needs.
struct SecondLook {
    const Workspace& workspace;
    Tenant& tenant;
    store::Store& store;
    std::chrono::seconds grace;           ///< for replicas to show what was restored
    std::set<model::Address> left_alone;  ///< objects that are not to be written
    bool approved = false;                ///< somebody approved the plan that restored them
    plan::Consent consent;                ///< otherwise, and of limits
    const provider::ReadOrder* order = nullptr;
};

/// Objects that an apply of `plan` has taken out of the recycle bin.
[[nodiscard]] std::set<model::Address> restored_by(const plan::Plan& plan, const apply::ApplyResult& result);

/// `left_out` and the objects of `plan` that something could not be done to.
[[nodiscard]] std::set<model::Address> without_success(const plan::Plan& plan, const apply::ApplyResult& result,
                                                       std::set<model::Address> left_out);

/// The plan for what came back with `restored` and is in no manifest, and for what they were not given before somebody
/// could look at them, read as soon as replicas show what `done` wrote; nothing when there is none, or when it cannot
/// be read: then the look that every apply ends with says so. It may have no steps, and say what is withheld now. Its
/// refusals are those of check_safety(): whoever agreed to the restoration agreed to the object as its manifest says.
[[nodiscard]] std::optional<Planned> look_at_restored(const SecondLook& look, const std::set<model::Address>& restored,
                                                      const plan::Plan& done, provider::ReadProgress& progress);

/// After such a look was carried out: it took something away, and for all that can be told that was what stood in the
/// way of the rest. Another one is had then, at most so many in all.
[[nodiscard]] bool is_worth_another_look(const plan::Plan& seen);
inline constexpr int most_looks = 3;

/// Adds to what `plan` withholds what a later look at its objects found nobody to vouch for.
void tell_unvouched(plan::Plan& plan, const plan::Plan& seen);

/// Puts the steps of `more` and what became of them behind those of `plan`, as if they had been one plan.
void append(plan::Plan& plan, apply::ApplyResult& result, const plan::Plan& more, apply::ApplyResult more_result);

}  // namespace regent::controller
