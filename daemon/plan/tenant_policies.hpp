#pragma once

#include "model/credential_policy.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace regent::plan {

/// What the tenant's policies say against the client secret `secret` of `item`, which is to live for `life`: sentences,
/// the policy named in each. Empty when nothing speaks against it, and when the policies are not known.
[[nodiscard]] std::vector<std::string> policy_objections(const model::CredentialPolicies& policies, const Item& item,
                                                         const model::Element& secret, std::chrono::seconds life,
                                                         std::chrono::system_clock::time_point now);

/// The same of certificates, identifier URIs and audiences, as warnings of what `plan` adds or changes: what is there
/// already stays, whatever the policies say.
void tell_policies(const Items& items, const model::CredentialPolicies& policies,
                   std::chrono::system_clock::time_point now, Plan& plan);

}  // namespace regent::plan
