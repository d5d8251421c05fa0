#pragma once

#include "plan/diff.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"
#include "plan/secrets.hpp"

namespace regent::plan {

[[nodiscard]] bool admits_personal_accounts(const model::Value& audience);
/// Whether `change` lets personal accounts in that could not sign in before. Entra looks at the whole application then:
/// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
[[nodiscard]] bool lets_personal_accounts_in(const Change& change);

/// Audiences that an application cannot have as long as it holds what no manifest takes away: `items` no longer ask for
/// them, and `plan` tells them as withheld, with what stands in the way. What this plan itself takes away goes first:
/// see object_requests.cpp.
void withhold_audiences_without_room(Items& items, const Secrets& secrets, Plan& plan);

}  // namespace regent::plan
