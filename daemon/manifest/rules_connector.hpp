#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"

#include <string>

namespace regent::manifest {

/// Checks a Connector's own fields: name, colour, host and base path, tenant, resource URL, scopes. `name` is
/// metadata.name, for the warning about managed identities.
void check_connector(const Values& spec, const std::string& name, Findings& findings);

/// Ids of old environments are no GUIDs, so that any text could be one. A word without a GUID in it is taken for a
/// misspelt alias; an old id can be given an alias.
[[nodiscard]] bool looks_like_environment_id(std::string_view text) noexcept;

}  // namespace regent::manifest
