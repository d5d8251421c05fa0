#pragma once

#include "manifest/openapi_document.hpp"

namespace regent::manifest {

/// Checks a document against what the custom connector service refuses; wording as its validator has it.
/// https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors
void check_openapi(const OpenApiDocument& document, const OpenApiRequest& request, model::Diagnostics& diagnostics);

}  // namespace regent::manifest
