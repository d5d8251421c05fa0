#pragma once

#include "manifest/load_findings.hpp"

#include <string_view>

namespace regent::manifest {

/// Checks a name that becomes part of keys in the tenant (uniqueName, tags, credentials' names), where there is one;
/// `what` completes "cannot be …".
void check_name(const Node* name, std::string_view code, std::string_view what, Findings& findings);

}  // namespace regent::manifest
