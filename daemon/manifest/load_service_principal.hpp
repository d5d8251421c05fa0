#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// `spec.servicePrincipal`: that it exists, its own properties, who holds the application's roles.
void load_service_principal(const LoadJob& job, model::Declaration& declaration);

/// `adminConsent: true` of permission entries; after the permissions themselves were loaded.
void load_admin_consent(const LoadJob& job, model::Declaration& declaration);

}  // namespace regent::manifest
