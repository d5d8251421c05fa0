#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"

namespace regent::manifest {

/// Checks `spec.servicePrincipal` and what needs a service principal: lengths, URLs, tags, repeated assignments, and
/// that nothing is declared of one that is not managed.
/// https://learn.microsoft.com/graph/api/resources/serviceprincipal
void check_service_principal(const Values& spec, Findings& findings);

}  // namespace regent::manifest
