#pragma once

#include "controller/importing.hpp"

namespace regent::controller {

/// Adds a manifest, with the files of paconn in a folder beside it, for each surveyed connector that nobody manages.
void write_connector_imports(const Workspace& workspace, const model::Survey& survey, model::ManagementPolicy policy,
                             std::chrono::system_clock::time_point now, Import& into);

}  // namespace regent::controller
