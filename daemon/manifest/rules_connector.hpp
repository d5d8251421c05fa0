#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace regent::manifest {

/// Checks a Connector's own fields: name, colour, host and base path, tenant, resource URL, scopes. `name` is
/// metadata.name, for the warning about managed identities.
void check_connector(const Values& spec, const std::string& name, Findings& findings);

/// Ids of old environments are no GUIDs, so that any text could be one. A word without a GUID in it is taken for a
/// misspelt alias; an old id can be given an alias.
[[nodiscard]] bool looks_like_environment_id(std::string_view text) noexcept;

/// "/subscriptions/<guid>/resourceGroups/<name>", as the Azure portal shows it, in one spelling: case means nothing in
/// it. Nothing: `text` is none.
[[nodiscard]] std::optional<std::string> resource_group_id(std::string_view text);

}  // namespace regent::manifest
