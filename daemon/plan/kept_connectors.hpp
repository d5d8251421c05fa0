#pragma once

#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <string>
#include <vector>

namespace regent::plan {

/// A sentence for the application's reader.
struct KeptSignIn {
    model::Address application;
    std::string words;
};

/// A connector that outlives its manifest (`onRemoval: keep`, `preventDelete`) has people who sign in to it. Its
/// redirect URL and the federated credential that trusts its identity stay with the application for as long as it is
/// there: the manifests cannot refer to it any more, and did not ask for it to be locked out. What they want under the
/// name of such a credential is withheld in `plan`. Returns what stays.
[[nodiscard]] std::vector<KeptSignIn> keep_sign_ins_of_kept_connectors(const DesiredGraph& desired,
                                                                       const model::Snapshot& observed,
                                                                       const History& history, Items& items,
                                                                       Plan& plan);

/// The same of connectors that are to sign in otherwise and go on as they do: that is withheld, they are only watched,
/// or it is left to people.
[[nodiscard]] std::vector<KeptSignIn> keep_sign_ins_that_stay(Items& items, Plan& plan);

/// Tells what stays at the objects of `plan`, once those are there.
void warn_of_kept(const std::vector<KeptSignIn>& kept, Plan& plan);

}  // namespace regent::plan
