#pragma once

#include "plan/object_work.hpp"

#include <vector>

namespace regent::plan {

/// Whether people sign in to `connector` by `element` of an attribute of an application: it is its redirect URL, or a
/// federated credential that trusts its identity.
[[nodiscard]] bool signs_in_by(const model::ObservedResource& connector, const model::Value& element);

/// Connectors that this plan saves, replaces or deletes, and that sign in by `element` until then. Nothing may take it
/// away before, or nobody can sign in between the two, and for as long as the service refuses that.
[[nodiscard]] std::vector<UserUntilThen> connectors_using(const ObjectWork& work, const model::Value& element);

/// Fills `work.let_go`: of what the application's own request writes, and is to lose.
void find_what_is_let_go_later(ObjectWork& work);

}  // namespace regent::plan
