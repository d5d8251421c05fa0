#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace regent::simulator {

/// Bytes of a definition that the service takes. https://learn.microsoft.com/connectors/custom-connectors/faq
inline constexpr std::size_t max_definition_bytes = 1'048'576;
/// Operations in one definition. https://learn.microsoft.com/connectors/custom-connectors/faq
inline constexpr std::size_t max_operations = 256;

/// One complaint of the service about an OpenAPI document.
struct SwaggerFinding {
    std::string
        pointer;  ///< JSON pointer without its leading slash, as the service writes it: "paths/~1subscriptions/get"
    std::string message;
};

struct SwaggerRules {
    bool strict_mime_types = false;  ///< MimeTypeNotSupported and UnrecognizedTypeFormat are errors
    /// Everything that the documentation calls an error is one. Without it, what connectors in use do all the same
    /// (microsoft/PowerPlatformConnectors holds about sixty that do) is accepted.
    bool documented = true;
};

/// What keeps a definition from being saved, in document order by section; empty when nothing does.
/// https://learn.microsoft.com/connectors/custom-connectors/certification-swagger-validator-rules
[[nodiscard]] std::vector<SwaggerFinding> swagger_errors(const nlohmann::json& document,
                                                         const SwaggerRules& rules = {});

/// What only certification minds. Call it for documents without errors.
[[nodiscard]] std::vector<SwaggerFinding> swagger_warnings(const nlohmann::json& document);

/// Lines of a report: `Error : <pointer> : <message>`, ended by CRLF each.
[[nodiscard]] std::string swagger_report(const std::vector<SwaggerFinding>& findings, const char* kind);

/// The form that the service makes of a definition: its own gateway as the place, its own tag on every operation.
[[nodiscard]] nlohmann::json proxied_swagger(const nlohmann::json& document, const std::string& bare_name);

/// The gateway that proxies pretend to sit on, and the path of one connector there.
[[nodiscard]] std::string gateway_host();
[[nodiscard]] std::string gateway_path(const std::string& bare_name);

}  // namespace regent::simulator
