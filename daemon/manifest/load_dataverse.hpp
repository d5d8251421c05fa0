#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"
#include "model/environment.hpp"

namespace regent::manifest {

/// `spec.dataverse` of an Environment, whose aliases are loaded by now.
void load_dataverses(const Values& spec, model::Environment& environment, Findings& findings);

}  // namespace regent::manifest
