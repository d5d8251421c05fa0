#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"

#include <string>

namespace regent::manifest {

/// Checks a Connector's own fields: name, colour, host and base path, tenant, resource URL, scopes. `name` is
/// metadata.name, for the warning about managed identities.
void check_connector(const Values& spec, const std::string& name, Findings& findings);

}  // namespace regent::manifest
