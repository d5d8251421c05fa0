#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// `spec.owners`: object ids, and service principals of other applications.
void load_owners(const LoadJob& job, model::Declaration& declaration);

}  // namespace regent::manifest
