#pragma once

#include "model/credential_policy.hpp"
#include "plan/resolution.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace regent::plan {

/// What the tenant's policies say against a secret of `item` that is to live for `life`: sentences, the policy named in
/// each. Empty when nothing speaks against it, and when the policies are not known.
[[nodiscard]] std::vector<std::string> policy_objections(const model::CredentialPolicies& policies, const Item& item,
                                                         const std::string& secret, std::chrono::seconds life);

}  // namespace regent::plan
