#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/logicapps/custom_api_json.hpp"

#include <vector>

namespace regent::provider::logicapps {

/// Decides which connector belongs to which manifest, and adds the result to `into`: its tags name us, or the manifest
/// adopts it by name. Whoever may write tags can write ours: where Resource Manager says that somebody else made one,
/// it is ours only when the store remembers it or the manifest adopts it; else a person decides. One of the wanted name
/// with nobody's tags, or another's, is an obstacle: a PUT would replace it.
void match(const model::Scope& scope, const LogicAppsOptions& options, std::vector<FoundApi> found,
           model::Snapshot& into);

}  // namespace regent::provider::logicapps
