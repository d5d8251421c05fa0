#pragma once

#include "manifest/load_connector.hpp"
#include "manifest/load_declaration.hpp"
#include "model/environment.hpp"

#include <string_view>

namespace regent::manifest {

/// Where Azure Resource Manager is in a cloud.
void set_resource_manager(std::string_view cloud, model::Endpoints& endpoints);

/// An Environment's `resourceGroups`.
void load_resource_groups(const Values& spec, model::Environment& environment, Findings& findings);

[[nodiscard]] bool is_for_logicapps(const LoadJob& job);

/// Takes out of a connector of Logic Apps what a folder of files brings for Power Apps and the resource has no place
/// for: refuses, at its line, what would make it another connector, and says what is left out. Called when the settings
/// are loaded.
void leave_to_logicapps(const LoadJob& job, const ConnectorFiles& files, model::Declaration& declaration);

/// What a Connector says of its place in Azure, and which of its other fields have a meaning there: the last part of
/// load_connector(). Does nothing for a connector of another back end but refuse those fields.
void load_logicapps(const LoadJob& job, model::Declaration& declaration);

}  // namespace regent::manifest
