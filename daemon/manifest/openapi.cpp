#include "manifest/openapi.hpp"

#include "manifest/openapi_document.hpp"
#include "manifest/openapi_rules.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::manifest {
namespace {

// What the maker portal writes for Entra ID. The URLs are decoration: the connection parameters drive the sign-in.
// https://learn.microsoft.com/connectors/custom-connectors/azure-active-directory-authentication
void add_entra_security(nlohmann::json& document) {
    if (document.contains("securityDefinitions") && !document["securityDefinitions"].empty()) return;
    document["securityDefinitions"] = {
        {"oauth2_auth",
         {{"type", "oauth2"},
          {"flow", "accessCode"},
          {"authorizationUrl", "https://login.microsoftonline.com/common/oauth2/authorize"},
          {"tokenUrl", "https://login.windows.net/common/oauth2/authorize"},
          {"scopes", nlohmann::json::object()}}}};
    if (!document.contains("security"))
        document["security"] = nlohmann::json::array({{{"oauth2_auth", nlohmann::json::array()}}});
}

std::string text_of(const nlohmann::json& document, const char* name) {
    const auto info = document.find("info");
    if (info == document.end() || !info->is_object()) return {};
    const auto found = info->find(name);
    return found != info->end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

std::string canonical_json(const nlohmann::json& document) {
    // nlohmann's objects are std::map: sorted by the bytes of their keys.
    return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

OpenApiResult read_openapi(const OpenApiRequest& request) {
    OpenApiResult result;
    auto parsed = parse_openapi(request, result.diagnostics);
    if (!parsed) return result;
    if (request.host) parsed->json["host"] = *request.host;
    if (request.base_path) parsed->json["basePath"] = *request.base_path;
    check_openapi(*parsed, request, result.diagnostics);
    result.title = text_of(parsed->json, "title");
    result.description = text_of(parsed->json, "description");
    if (model::has_errors(result.diagnostics)) return result;
    // Absence means this to OpenAPI; to the service it means a broken backend URL.
    if (!parsed->json.contains("schemes")) parsed->json["schemes"] = {"https"};
    if (!parsed->json.contains("basePath")) parsed->json["basePath"] = "/";
    if (request.adds_entra_security) add_entra_security(parsed->json);
    result.definition = canonical_json(parsed->json);
    return result;
}

}  // namespace regent::manifest
