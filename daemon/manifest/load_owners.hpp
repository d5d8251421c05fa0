#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// `spec.owners`: object ids, and service principals of other applications.
void load_owners(const LoadJob& job, model::Declaration& declaration);

/// `spec.servicePrincipal.owners`, in the same words.
void load_principal_owners(const LoadJob& job, const Values& settings, model::Declaration& declaration);

}  // namespace regent::manifest
