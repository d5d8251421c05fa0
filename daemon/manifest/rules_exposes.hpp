#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"

#include <string_view>

namespace regent::manifest {

/// Checks `spec.exposes` but for identifier URIs: names and ids of scopes and roles, who can have a role, what is
/// pre-authorized, with the limits of the application's audience (Graph's spelling).
/// https://learn.microsoft.com/graph/api/resources/permissionscope
void check_exposes(const Values& spec, std::string_view audience, Findings& findings);

}  // namespace regent::manifest
