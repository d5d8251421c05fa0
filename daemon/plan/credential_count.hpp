#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <cstddef>

namespace regent::plan {

/// What an application can hold, whoever added them.
/// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
inline constexpr std::size_t most_federated_credentials = 20;

/// Federated credentials that the tenant's state makes impossible: `items` no longer ask for them, and `plan` tells
/// them as withheld. Everything else goes on: nobody who may change one application stops the repair of all others.
///
/// One whose issuer and subject a credential has that stays, since an application holds each pair once.
void withhold_taken_credentials(Items& items, Plan& plan);

/// Those that are too many. An application holds 20, whoever added them; manifests alone cannot know how many there
/// are.
void withhold_credentials_without_room(Items& items, Plan& plan);

/// Warns of those that will be nearly full, from 16 on, with whose they are.
void warn_of_credential_counts(const Items& items, Plan& plan);

}  // namespace regent::plan
