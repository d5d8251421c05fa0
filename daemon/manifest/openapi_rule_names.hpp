#pragma once

#include <string_view>

namespace regent::manifest {

/// A rule of the service's validator, with our code for it.
/// https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors
struct SwaggerRule {
    std::string_view code;
    std::string_view name;  ///< as Microsoft's documentation calls it
};

namespace rule {

inline constexpr SwaggerRule version{"RG0604", "SpecificationVersionIncorrect"};
inline constexpr SwaggerRule required{"RG0605", "RequiredPropertyMissing"};
inline constexpr SwaggerRule extension_name{"RG0606", "ExtensionNameNotValid"};
inline constexpr SwaggerRule additional_property{"RG0606", "AdditionalPropertyNotAllowed"};
inline constexpr SwaggerRule json_type{"RG0607", "JsonTypeIncorrect"};
inline constexpr SwaggerRule host{"RG0608", "HostNameNotValid"};
inline constexpr SwaggerRule base_path{"RG0609", "BasePathNotValid"};
inline constexpr SwaggerRule schemes_empty{"RG0610", "SchemesArrayEmpty"};
inline constexpr SwaggerRule scheme{"RG0610", "SchemeNotSupported"};
inline constexpr SwaggerRule operation_id{"RG0611", "OperationIdRequired"};
inline constexpr SwaggerRule operation_id_twice{"RG0611", "OperationIdNotUnique"};
inline constexpr SwaggerRule no_response{"RG0612", "OperationMustHaveResponse"};
inline constexpr SwaggerRule path_slash{"RG0613", "OperationPathMustStartWithSlash"};
inline constexpr SwaggerRule path_query{"RG0613", "OperationPathMayNotContainQueryOrFragment"};
inline constexpr SwaggerRule path_twice{"RG0613", "DuplicateOperationPath"};
inline constexpr SwaggerRule path_redefined{"RG0613", "PathRedefined"};
inline constexpr SwaggerRule path_parameter_missing{"RG0614", "OperationMissingPathParameter"};
inline constexpr SwaggerRule path_parameter_unknown{"RG0614", "PathParameterNotDefinedInTemplate"};
inline constexpr SwaggerRule path_parameter_optional{"RG0614", "PathParameterMustBeRequired"};
inline constexpr SwaggerRule bodies{"RG0615", "OperationParametersContainMultipleBodyParameters"};
inline constexpr SwaggerRule body_and_form{"RG0615", "ParameterListContainsFormDataAndBody"};
inline constexpr SwaggerRule body_in_fetch{"RG0615", "BodyOrFormDataParameterInFetchOperationNotAllowed"};
inline constexpr SwaggerRule connection_id{"RG0616", "ConnectionIdParameterNotAllowed"};
inline constexpr SwaggerRule schema_reference{"RG0617", "SchemaReferenceNotFound"};
inline constexpr SwaggerRule parameter_reference{"RG0617", "ParameterReferenceNotFound"};
inline constexpr SwaggerRule response_reference{"RG0617", "ResponseReferenceNotFound"};
inline constexpr SwaggerRule schema_loop{"RG0617", "SchemaRefLoopNotAllowed"};
inline constexpr SwaggerRule schema_depth{"RG0603", "SchemaTooDeep"};
inline constexpr SwaggerRule security{"RG0618", "SecurityRequirementMustBeDefined"};
inline constexpr SwaggerRule security_scope{"RG0618", "OAuthSecurityRequirementValueMustBeScopeName"};
inline constexpr SwaggerRule operations{"RG0619", "TotalOperationsCountExceedsMaxAllowed"};
inline constexpr SwaggerRule mime_type{"RG0620", "MimeTypeNotSupported"};
inline constexpr SwaggerRule type_format{"RG0631", "UnrecognizedTypeFormat"};

}  // namespace rule
}  // namespace regent::manifest
