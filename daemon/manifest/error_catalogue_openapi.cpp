#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> openapi_error_codes() {
    // https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors is meant by "the validator"
    // throughout.
    static constexpr std::array codes = {
        ErrorCode{"RG0601", "OpenAPI file that cannot be read",
                  R"(`spec.openapi` is a path relative to the manifest, inside the repository.)"},
        ErrorCode{"RG0602", "OpenAPI file too large", R"(The service takes files below 1 MB.
https://learn.microsoft.com/connectors/custom-connectors/faq)"},
        ErrorCode{"RG0603", "OpenAPI file that is neither JSON nor YAML",
                  R"(An OpenAPI file is one JSON object, or one YAML document of the strict kind
that manifests are written in: no anchors, no tags, no duplicate keys.)"},
        ErrorCode{"RG0604", "OpenAPI version",
                  R"(Custom connectors take OpenAPI 2.0 only: "swagger": "2.0", as text. Validator:
SpecificationVersionIncorrect.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0605", "required property missing",
                  R"(OpenAPI 2.0 requires `swagger`, `info.title`, `info.version` and `paths`; a
connector also needs `host`, without which it reaches nothing. Validator:
RequiredPropertyMissing.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0606", "unknown property",
                  R"(Properties of one's own begin with "x-". Validator: ExtensionNameNotValid.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0607", "type of a property", R"(Validator: JsonTypeIncorrect.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0608", "host", R"(`host` is a name with an optional port: no scheme, no path. Validator:
HostNameNotValid.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0609", "base path", R"(`basePath` begins with `/`. Validator: BasePathNotValid.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0610", "schemes", R"(`schemes` is ["https"], or ["http"] for an API without TLS. Validator:
SchemesArrayEmpty, SchemeNotSupported.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0611", "operationId",
                  R"(Every operation has an `operationId` of its own; flows and apps refer to the
operation by it. Validator: OperationIdRequired, OperationIdNotUnique.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0612", "operation without a response",
                  R"(Every operation describes at least one response. Validator:
OperationMustHaveResponse.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0613", "path", R"(Paths begin with `/`, have no query, and can be told apart. Validator:
OperationPathMustStartWithSlash, OperationPathMayNotContainQueryOrFragment,
DuplicateOperationPath, PathRedefined.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0614", "path parameter",
                  R"(`/orders/{id}` has one parameter `id` with "in": "path" and "required": true,
and no other one. Validator: OperationMissingPathParameter,
PathParameterNotDefinedInTemplate, PathParameterMustBeRequired.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0615", "body of an operation",
                  R"(An operation has one body or form data, and GET has neither. Validator:
OperationParametersContainMultipleBodyParameters,
ParameterListContainsFormDataAndBody,
BodyOrFormDataParameterInFetchOperationNotAllowed.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0616", "parameter called connectionId",
                  R"(The service uses this name itself. Validator: ConnectionIdParameterNotAllowed.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0617", "$ref", R"(References point into the same file and end somewhere. Validator:
SchemaReferenceNotFound, ParameterReferenceNotFound,
ResponseReferenceNotFound, SchemaRefLoopNotAllowed.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0618", "security requirement",
                  R"(What `security` names is defined in `securityDefinitions`, scopes included.
Validator: SecurityRequirementMustBeDefined,
OAuthSecurityRequirementValueMustBeScopeName.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0619", "too many operations", R"(A connector has at most 256 operations. Validator:
TotalOperationsCountExceedsMaxAllowed.
https://learn.microsoft.com/connectors/custom-connectors/faq)"},
        ErrorCode{"RG0620", "MIME type", R"(Connectors speak application/json, text/plain, multipart/form-data and
application/x-www-form-urlencoded. Validator: MimeTypeNotSupported. A warning,
since the service accepts the file.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
    };
    return codes;
}

}  // namespace regent::manifest
