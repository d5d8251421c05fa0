#pragma once

#include "controller/workspace.hpp"
#include "plan/plan.hpp"
#include "store/store.hpp"

#include <tl/expected.hpp>

#include <set>
#include <string>

namespace regent::controller {

/// What is remembered of the objects of `workspace`, also under names that its environment or its owner had before: a
/// key of the same tenant that belongs to no environment of the repository (any more). What it says of who declared
/// them is said for that repository: see plan::read_as().
[[nodiscard]] tl::expected<plan::History, store::StoreError> recall(store::Store& store, const Workspace& workspace);

/// What is remembered of the objects that `plan` writes goes over from the names that their manifests had before. To be
/// called before the plan is carried out: what a run leaves is added to what is remembered.
[[nodiscard]] tl::expected<void, store::StoreError> remember_renamed(store::Store& store, const Workspace& workspace,
                                                                     const plan::Plan& plan);

/// Writes down what a look at the tenant found to be as the manifests say and nobody remembered (Plan::agreements), so
/// that the next difference is known for what it is: a change made outside. Not of the objects of `except`: what was
/// written a moment ago is remembered already, and a replica that has not heard of it shows the past. And forgets what
/// no manifest manages any more (Plan::unmanaged), and the ids of what is gone (Plan::gone). Touches the disk only when
/// there is something new.
[[nodiscard]] tl::expected<void, store::StoreError> remember_agreements(store::Store& store, const Workspace& workspace,
                                                                        const plan::Plan& plan,
                                                                        const std::set<model::Address>& except = {});

}  // namespace regent::controller
