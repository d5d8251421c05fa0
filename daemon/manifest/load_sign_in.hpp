#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"
#include "model/environment.hpp"

namespace regent::manifest {

/// Environment.spec.signIn. RG0467: an account that is no user principal name.
[[nodiscard]] model::DelegatedSignIn load_sign_in(const Values& values, Findings& findings);

}  // namespace regent::manifest
