#pragma once

#include "provider/graph/step_context.hpp"

namespace regent::provider::graph {

/// Steps that give power: consent as an administrator, and roles given to others. Each looks at what is there first,
/// since somebody else may have given or taken meanwhile, and takes "exists already" for done.

/// The scopes of one API: a grant of them holds what regent and others consented to.
/// https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
[[nodiscard]] StepOutcome write_consented_scopes(const StepContext& context);
/// The roles of one API, held by the application's own service principal.
/// https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto
[[nodiscard]] StepOutcome write_consented_roles(const StepContext& context);
/// Roles of the application itself, held by others.
[[nodiscard]] StepOutcome write_assignments(const StepContext& context);

}  // namespace regent::provider::graph
