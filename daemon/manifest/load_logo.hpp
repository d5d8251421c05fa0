#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// `spec.logo`: a picture beside the manifest.
void load_logo(const LoadJob& job, model::Declaration& declaration);

}  // namespace regent::manifest
