#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// `spec.extensionProperties`: attributes that the application adds to objects of the directory.
void load_extensions(const LoadJob& job, model::Declaration& declaration);

}  // namespace regent::manifest
