#pragma once

#include "manifest/load_declaration.hpp"
#include "model/environment.hpp"

#include <string_view>

namespace regent::manifest {

/// Where Azure Resource Manager is in a cloud.
void set_resource_manager(std::string_view cloud, model::Endpoints& endpoints);

/// An Environment's `resourceGroups`.
void load_resource_groups(const Values& spec, model::Environment& environment, Findings& findings);

/// What a Connector says of its place in Azure, and which of its other fields have a meaning there: the last part of
/// load_connector(). Does nothing for a connector of another back end but refuse those fields.
void load_logicapps(const LoadJob& job, model::Declaration& declaration);

}  // namespace regent::manifest
