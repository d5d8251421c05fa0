#pragma once

#include "model/diagnostic.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

/// An application holds 20 federated credentials, whoever added them; manifests alone cannot know how many there are.
/// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
///
/// Where there would be more, the object is blocked, without a Withheld: the diagnostics (RG0316) say it.
[[nodiscard]] model::Diagnostics check_credential_counts(Items& items);

/// Warns of those that will be nearly full, from 16 on, with whose they are.
void warn_of_credential_counts(const Items& items, Plan& plan);

}  // namespace regent::plan
