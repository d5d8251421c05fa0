#pragma once

#include "manifest/openapi_document.hpp"
#include "manifest/openapi_rule_names.hpp"

#include <span>
#include <string>
#include <string_view>

namespace regent::manifest {

/// What checking one OpenAPI file finds; knows how to show a place of the file.
class OpenApiFindings {
public:
    OpenApiFindings(const OpenApiDocument& document, const OpenApiRequest& request, model::Diagnostics& diagnostics)
        : document_(document), request_(request), diagnostics_(diagnostics) {}

    /// `pointer` is where (RFC 6901). The reference is good until the next call.
    model::Diagnostic& error(std::string_view code, const std::string& pointer, std::string message);
    model::Diagnostic& warning(std::string_view code, const std::string& pointer, std::string message);
    /// A warning about what the documented rules forbid and published connectors do, and work. Which of the two the
    /// service goes by has not been seen, and a definition that it refuses is refused in its words at apply.
    model::Diagnostic& published(const SwaggerRule& rule, const std::string& pointer, std::string message);
    /// About a rule of the service's validator: its name is said as well, so that what the service says is found again.
    model::Diagnostic& error(const SwaggerRule& rule, const std::string& pointer, std::string message);
    model::Diagnostic& warning(const SwaggerRule& rule, const std::string& pointer, std::string message);
    [[nodiscard]] model::Span span_of(const std::string& pointer) const { return document_.span_of(pointer); }

private:
    const OpenApiDocument& document_;
    const OpenApiRequest& request_;
    model::Diagnostics& diagnostics_;
};

/// Checks a document against what the custom connector service refuses; wording as its validator has it.
/// https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors
void check_openapi(const OpenApiDocument& document, const OpenApiRequest& request, model::Diagnostics& diagnostics);

/// A member that an object of OpenAPI 2.0 may have, with its type as json_type() says it.
struct SwaggerMember {
    std::string_view name;
    std::string_view type;
};

// Parts of it, each in its own file.
/// That `object` at `pointer` has no other members than these and extensions, each of its type.
void check_members(const nlohmann::json& object, const std::string& pointer, std::span<const SwaggerMember> members,
                   OpenApiFindings& findings);
void check_openapi_operations(const nlohmann::json& document, OpenApiFindings& findings);
/// Of one operation or parameter, at `pointer`.
void check_operation_members(const nlohmann::json& operation, const std::string& pointer, OpenApiFindings& findings);
void check_parameter_members(const nlohmann::json& parameter, const std::string& pointer, OpenApiFindings& findings);
/// What else stands in a parameter: members, type and format.
void check_parameter_words(const nlohmann::json& parameter, const std::string& pointer, OpenApiFindings& findings);
/// Media types of the file and of its operations.
void check_openapi_mime_types(const nlohmann::json& document, OpenApiFindings& findings);
void check_openapi_references(const nlohmann::json& document, OpenApiFindings& findings);

/// What `$ref` "#/definitions/x" points to; null pointer when there is none. Only references inside the file are
/// followed.
[[nodiscard]] const nlohmann::json* resolve_reference(const nlohmann::json& document, std::string_view reference);

/// "object", "array", "string": JSON's names of types, as the validator says them.
[[nodiscard]] std::string_view json_type(const nlohmann::json& value);

}  // namespace regent::manifest
