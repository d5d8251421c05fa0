#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> openapi_error_codes() {
    // https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors is meant by "the validator"
    // throughout.
    static constexpr std::array codes = {
        ErrorCode{"RG0601", "OpenAPI file that cannot be read",
                  R"(`spec.openapi` is a path relative to the manifest, inside the repository. In the
folder of `spec.files` it is apiDefinition.swagger.json, in any case, or what
settings.json says.)"},
        ErrorCode{"RG0602", "OpenAPI file too large", R"(The service takes files below 1 MB.
https://learn.microsoft.com/connectors/custom-connectors/faq)"},
        ErrorCode{"RG0603", "OpenAPI file that is neither JSON nor YAML",
                  R"(An OpenAPI file is one JSON object, or one YAML document of the strict kind
that manifests are written in: no anchors, no tags, no duplicate keys. A whole
number as a key (`200:` below `responses`) is text there, and needs no quotes.
Nothing is nested more than 64 levels deep. Validator: SchemaTooDeep.)"},
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
                  R"(Properties of one's own begin with "x-". Validator: ExtensionNameNotValid, in a
parameter AdditionalPropertyNotAllowed.
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
OperationMustHaveResponse. A warning where published connectors do it and work.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0613", "path", R"(Paths begin with `/`, have no query, and can be told apart. Validator:
OperationPathMustStartWithSlash, OperationPathMayNotContainQueryOrFragment,
DuplicateOperationPath, PathRedefined. A warning where published connectors
do it and work.
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
BodyOrFormDataParameterInFetchOperationNotAllowed. A warning where published
connectors do it and work.
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
OAuthSecurityRequirementValueMustBeScopeName. A warning where published
connectors do it and work.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0619", "too many operations", R"(A connector has at most 256 operations. Validator:
TotalOperationsCountExceedsMaxAllowed.
https://learn.microsoft.com/connectors/custom-connectors/faq)"},
        ErrorCode{"RG0620", "MIME type", R"(Connectors speak application/json, text/plain, multipart/form-data and
application/x-www-form-urlencoded. Validator: MimeTypeNotSupported. A warning,
since the service accepts the file.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0621", "connector file that cannot be read",
                  R"(`spec.properties`, `spec.icon` and `spec.script` are paths relative to the
manifest, inside the repository; `spec.files` is a folder with them.)"},
        ErrorCode{"RG0622", "apiProperties.json",
                  R"(A connector's settings in the service's own words: one JSON object with
`properties`, or the same in the manifest. Comments and commas behind a last
member are passed over. A parameter that signs in with Entra ID names its
`clientId`, unless whoever makes a connection is asked for one (`token:clientId`
beside `token`) and no secret is to be sent; in Logic Apps every one does.
https://learn.microsoft.com/connectors/custom-connectors/paconn-cli)"},
        ErrorCode{"RG0623", "property that connectors do not have",
                  R"(What the service does not know is not sent. `stackOwner`, which only
Microsoft's catalogue of published connectors uses, is left out without a word:
the service refuses it. A warning.)"},
        ErrorCode{"RG0624", "client secret in a file",
                  R"(Secrets never come from a repository, so this one is not sent.
`clientSecretFrom` names one that lies on the machine. A warning, since most
such values are placeholders.)"},
        ErrorCode{"RG0625", "icon", R"(An icon is a PNG file below 1 MB.)"},
        ErrorCode{"RG0626", "script",
                  R"(A script is one C# file of at most 1 MB with `public class Script : ScriptBase`.
In a folder it is called script.csx or script.cs, or as settings.json says; a C#
file with another name is not taken, which is a warning. `scriptOperations`
without a script is refused by the service; an operation that the definition
does not have is a warning.
https://learn.microsoft.com/connectors/custom-connectors/write-code)"},
        ErrorCode{"RG0627", "key twice in a JSON object",
                  R"(To JSON's parsers the last one counts; a reader may believe the first. A
warning.)"},
        ErrorCode{"RG0628", "OAuth 2 of another provider",
                  R"(The identity provider `oauth2` needs the addresses where people sign in and
where tokens come from. Ready-made ones (`github`, `google` …) bring their
own.)"},
        ErrorCode{"RG0629", "gateway and sign-in",
                  R"(Through an on-premises data gateway go requests without a sign-in, or with user
name and password.
https://learn.microsoft.com/connectors/custom-connectors/create-custom-connector-on-premises)"},
        ErrorCode{"RG0630", "secret that nothing takes",
                  R"(`clientSecretFrom` is for connection parameters of the type `oauthSetting`. A
warning: the secret is not read.)"},
        ErrorCode{"RG0631", "type and format",
                  R"(A parameter is of the type string, integer, number, boolean, array or file, and
a `format` refines it: int32, date-time, uuid. Validator:
UnrecognizedTypeFormat. A warning, since the service accepts the file.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0632", "OAuth client without a secret",
                  R"(Connection parameters name an OAuth client, and nothing says where its
secret comes from: `clientSecretFrom`, `auth` with an Application of the
manifests, or, in a solution, an environment variable as `clientSecret`: RG0645.
A warning, since a connector that is there keeps the secret it has.)"},
        ErrorCode{"RG0633", "key in a policy",
                  R"(A policy (`setheader`, `setqueryparameter`) sets a header such as
`Authorization`, `Ocp-Apim-Subscription-Key` or `x-api-key` to a text, which
everybody has who reads the repository. Every form of a plan, `render` and
regent's database hold `***` in its place, and no digest, since a key could be
found by trying; a plan says `*** (another)` of one that takes another's place.
Who changed it, a commit or somebody else, nobody remembers then: such a change
counts as the manifest's. A connection parameter of the type `securestring`
that each person fills in, and `@connectionParameters('NAME')` as the header's
text, do without. So does a key by its name, RG0634. A warning: the policy is
sent as it is. `import` writes names.)"},
        ErrorCode{"RG0634", "name of a policy's key",
                  R"(A policy (`setheader`, `setqueryparameter`) may name the key that it sets a
header to:

    x-ms-apimTemplateParameter.value: {credential: NAME}

in `policies` or in apiProperties.json. The whole text is then the file
`connector.NAME` in `$CREDENTIALS_DIRECTORY` of the machine that runs regent,
without the line break at its end ("Bearer " and its like are part of it). No
other place takes a name, and the mapping has no other member: services show
keys of policies, so another key in the file, or in the service, is seen
without a version. Who may see the connector's policies there may see the key.)"},
    };
    return codes;
}

}  // namespace regent::manifest
