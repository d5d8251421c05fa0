#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// `spec.certificates` and `spec.tokenEncryptionKey`.
void load_certificates(const LoadJob& job, model::Declaration& declaration);
/// The same of `spec.servicePrincipal`, which is `settings`.
void load_principal_certificates(const LoadJob& job, const Values& settings, model::Declaration& declaration);

}  // namespace regent::manifest
