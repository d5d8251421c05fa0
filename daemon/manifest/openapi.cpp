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

/// What the Connector's own words say of signing in, where the file says nothing.
void add_security(nlohmann::json& document, std::string_view definitions) {
    if (definitions.empty() || (document.contains("securityDefinitions") && !document["securityDefinitions"].empty()))
        return;
    document["securityDefinitions"] = nlohmann::json::parse(definitions);
    if (document.contains("security")) return;
    auto& security = document["security"] = nlohmann::json::array();
    for (const auto& [name, definition] : document["securityDefinitions"].items())
        security.push_back({{name, nlohmann::json::array()}});
}

std::set<std::string, std::less<>> operation_ids(const nlohmann::json& document) {
    std::set<std::string, std::less<>> ids;
    const auto paths = document.find("paths");
    if (paths == document.end() || !paths->is_object()) return ids;
    for (const auto& [path, item] : paths->items()) {
        if (!item.is_object()) continue;
        for (const auto& [method, operation] : item.items()) {
            if (!operation.is_object()) continue;
            const auto id = operation.find("operationId");
            if (id != operation.end() && id->is_string()) ids.insert(id->get<std::string>());
        }
    }
    return ids;
}

std::string info_text(const nlohmann::json& document, const char* name) {
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

namespace {

/// https://learn.microsoft.com/connectors/custom-connectors/faq: an OpenAPI file must be smaller than 1 MB. It is sent
/// without blanks.
constexpr std::size_t max_sent_bytes = std::size_t{1024} * 1024;

void tell_too_large(const OpenApiRequest& request, std::size_t bytes, model::Diagnostics& diagnostics) {
    auto& d = diagnostics.emplace_back();
    d.code = "RG0602";
    d.span = request.manifest_span;
    d.message = fmt::format("the OpenAPI file `{}` is too large", request.file);
    d.label = fmt::format("{} bytes", bytes);
    d.notes.push_back("the service takes definitions below 1 MB (1048576 bytes), blanks left out");
    d.help = "remove operations and examples that the connector does not need";
}

}  // namespace

OpenApiResult read_openapi(const OpenApiRequest& given) {
    auto request = given;
    request.text = without_byte_order_mark(given.text);
    OpenApiResult result;
    auto parsed = parse_openapi(request, result.diagnostics);
    if (!parsed) return result;
    if (request.host) parsed->json["host"] = *request.host;
    if (request.base_path) parsed->json["basePath"] = *request.base_path;
    check_openapi(*parsed, request, result.diagnostics);
    result.title = info_text(parsed->json, "title");
    result.description = info_text(parsed->json, "description");
    if (model::has_errors(result.diagnostics)) return result;
    if (request.adds_entra_security) add_entra_security(parsed->json);
    add_security(parsed->json, request.security_definitions);
    result.operations = operation_ids(parsed->json);
    result.definition = canonical_json(parsed->json);
    if (result.definition.size() >= max_sent_bytes) {
        tell_too_large(request, result.definition.size(), result.diagnostics);
        result.definition.clear();
    }
    return result;
}

}  // namespace regent::manifest
