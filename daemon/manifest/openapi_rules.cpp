#include "manifest/openapi_rules.hpp"
namespace regent::manifest {
void check_openapi(const OpenApiDocument&, const OpenApiRequest&, model::Diagnostics&) {}
}  // namespace regent::manifest
