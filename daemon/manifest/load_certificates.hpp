#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// `spec.certificates` and `spec.tokenEncryptionKey`.
void load_certificates(const LoadJob& job, model::Declaration& declaration);

}  // namespace regent::manifest
