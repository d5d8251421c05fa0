#pragma once

#include "apply/applier.hpp"
#include "plan/plan.hpp"

#include <string>

namespace regent::controller {

/// What people have to do about their connections after `change` was carried out, as a sentence; empty: nothing.
/// regent makes no connections: a person consents to each.
[[nodiscard]] std::string connection_words(const plan::ResourceChange& change);

/// Whether the object of `change` was made, whatever became of its other steps.
[[nodiscard]] bool was_made(const plan::ResourceChange& change, const plan::Plan& plan,
                            const apply::ApplyResult& result);

}  // namespace regent::controller
