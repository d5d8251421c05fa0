#pragma once

#include "plan/plan.hpp"

#include <set>

namespace regent::plan {

/// What comes out of the recycle bin brings back what hung on it when it was deleted: owners, federated credentials,
/// roles that it gave and was given, consent. None of that can be read before it is there.
struct CameBack {
    std::set<model::Address> objects;
    std::set<model::Address> left_alone;  ///< paused, not selected, or failed just now: not looked at
};

/// Of `plan`, which was made after objects were restored, only what makes these as their manifests say, and takes what
/// they hold again of other applications of ours, or gives them what was not given before they could be looked at
/// (vouching.hpp). Without client secrets: the bin showed those, and a look so soon after a write may not show a new
/// one yet. What is still not given is withheld.
[[nodiscard]] Plan only_what_came_back(const Plan& plan, const CameBack& back, const model::Snapshot& observed);

}  // namespace regent::plan
