#pragma once

#include "model/value.hpp"

#include <string>
#include <vector>

namespace regent::plan {

class ObjectWork;

/// The attributes of an object of ours that are as its manifests say, and that nobody remembers so: by path, what is to
/// be remembered of each, as after an apply. Empty for nearly every object of nearly every run.
///
/// A run that has nothing to write learns from it what a later change is a change of: without it, whoever is first to
/// change something in a tenant that another machine applied to would look like a new wish of the manifest. Whoever
/// writes it down adds which repository declares it; where that is all there is to learn, `declared_by` stands alone.
[[nodiscard]] model::Map new_agreements(const ObjectWork& work);

/// The attributes that are remembered of an object, and that its manifests do not manage any more. Were one remembered
/// until a manifest names it again, what people did with it in between would count as a change made outside, and be put
/// back without the approval that a new wish needs.
[[nodiscard]] std::vector<std::string> no_longer_managed(const ObjectWork& work);

}  // namespace regent::plan
