#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"
#include "model/environment.hpp"

namespace regent::manifest {

/// Environment.spec.signIn. RG0467: an account that is no user principal name.
[[nodiscard]] model::DelegatedSignIn load_sign_in(const Values& values, Findings& findings);
/// A person's sign-in is kept for an address that the manifest says, never for one that a cloud names.
void demand_login(const Values& spec, const model::Environment& environment, Findings& findings);

}  // namespace regent::manifest
