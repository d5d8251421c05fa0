#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"

#include <string_view>

namespace regent::manifest {

/// Checks what Graph would refuse of an application's own properties, with the limits of its audience (Graph's
/// spelling): display name, texts, tags, URLs, identifier URIs, token version, permissions, secrets. Redirect URIs and
/// credentials have checks of their own. `cloud` is the environment's.
/// https://learn.microsoft.com/graph/api/resources/application
void check_application(const Values& spec, std::string_view audience, std::string_view cloud, Findings& findings);

/// Text that an author may write in an identifier URI for the application's id, which only the service knows.
inline constexpr std::string_view app_id_placeholder = "{appId}";

}  // namespace regent::manifest
