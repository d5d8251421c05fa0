#include "manifest/field_table_kinds.hpp"

namespace regent::manifest {
namespace {

constexpr std::array connector_adopt_members = {
    Field{.name = "connector",
          .required = true,
          .help = "name of the existing connector, as the service made it",
          .example = "shared_azure-20resource-20manager-5f98284236d845b802-5f21c6202f06d65e16"},
};
constexpr std::array connector_management_members = {
    Field{.name = "adopt",
          .type = FieldType::mapping,
          .members = connector_adopt_members,
          .default_text = "a connector of its own is created",
          .help = "take over a connector that exists",
          .example = "{connector: shared_arm-5f98284236d845b802-5f21c6202f06d65e16}"},
    management_policy_field,
    ignore_field,
    prevent_delete_field,
    Field{.name = "allowReplacement",
          .type = FieldType::boolean,
          .default_text = "false",
          .help =
              "have the connector deleted and made anew when a field changes that its service cannot change, such as "
              "`spec.displayName` in Power Apps; its connections are lost then",
          .example = "true"},
    on_removal_field,
};

constexpr std::array secret_ref_members = {
    Field{.name = "name",
          .required = true,
          .help = "name of a secret in the application's `clientSecrets`",
          .example = "arm"},
};
constexpr std::array<std::string_view, 2> credential_choice = {"clientSecretRef", "managedIdentity"};
constexpr std::array connector_credential_members = {
    Field{.name = "clientSecretRef",
          .type = FieldType::mapping,
          .members = secret_ref_members,
          .secret = true,
          .help = "a secret that the application declares; regent hands its value on",
          .example = "{name: arm}"},
    Field{.name = "managedIdentity",
          .type = FieldType::mapping,
          .help = "the connector's own identity, which the application trusts by a federated credential (preview)",
          .example = "{}"},
};

// What the portal calls them, for people who fill in a connection.
constexpr Field label_field = {
    .name = "label", .default_text = "API Key", .help = "what people read beside the input", .example = "Contoso key"};
constexpr Field label_description_field = {.name = "description",
                                           .default_text = "the label",
                                           .help = "what people read below it",
                                           .example = "From your account page"};
constexpr std::array key_places = {EnumValue{"header"}, EnumValue{"query"}};
constexpr std::array api_key_members = {
    Field{.name = "name",
          .default_text = "that of the OpenAPI file's security definition, else X-Api-Key",
          .help = "header or query parameter that carries the key",
          .example = "X-Api-Key"},
    Field{.name = "in",
          .type = FieldType::enumeration,
          .values = key_places,
          .default_text = "header",
          .help = "where the key is sent",
          .example = "header"},
    label_field,
    label_description_field,
};
constexpr std::array basic_members = {
    Field{.name = "userLabel",
          .default_text = "username",
          .help = "what people read beside the first input",
          .example = "Account"},
    Field{.name = "passwordLabel",
          .default_text = "password",
          .help = "what people read beside the second input",
          .example = "API token"},
};
constexpr std::array oauth2_members = {
    Field{.name = "identityProvider",
          .default_text = "oauth2",
          .help = "`oauth2`, `oauth2generic`, or one the service has ready-made: `github`, `google`, `facebook` …",
          .example = "oauth2"},
    Field{.name = "clientId",
          .required = true,
          .help = "id of the client that was registered with the API",
          .example = "contoso-connector"},
    Field{.name = "authorizationUrl",
          .help = "where people are sent to sign in",
          .example = "https://login.contoso.example/authorize"},
    Field{.name = "tokenUrl",
          .help = "where codes are exchanged for tokens",
          .example = "https://login.contoso.example/token"},
    Field{.name = "refreshUrl",
          .default_text = "tokenUrl",
          .help = "where tokens are renewed",
          .example = "https://login.contoso.example/token"},
    Field{.name = "scopes",
          .type = FieldType::list,
          .default_text = "none",
          .help = "scopes to ask for",
          .example = "[orders.read]"},
    Field{.name = "parameters",
          .type = FieldType::text_map,
          .default_text = "none",
          .help = "further `customParameters` of the identity provider, such as the templates of `oauth2generic`",
          .example = "{scopeListDelimiter: \",\"}"},
};
constexpr std::array<std::string_view, 3> other_sign_ins = {"apiKey", "basic", "oauth2"};

constexpr std::array auth_members = {
    Field{.name = "apiKey",
          .type = FieldType::mapping,
          .members = api_key_members,
          .help = "a key that each connection brings",
          .example = "{name: X-Api-Key, in: header}"},
    Field{.name = "basic",
          .type = FieldType::mapping,
          .members = basic_members,
          .help = "user name and password that each connection brings",
          .example = "{}"},
    Field{.name = "oauth2",
          .type = FieldType::mapping,
          .members = oauth2_members,
          .help = "OAuth 2 with somebody else than Entra ID; the client's secret comes by `spec.clientSecretFrom`",
          .example = "{clientId: contoso-connector, authorizationUrl: https://login.contoso.example/authorize, "
                     "tokenUrl: https://login.contoso.example/token}"},
    Field{.name = "applicationRef",
          .type = FieldType::reference,
          .target = "Application",
          .required = true,
          .unless = other_sign_ins,
          .help = "the application that connections sign in with",
          .example = "{name: arm-connector}"},
    Field{.name = "tenantId",
          .default_text = "the environment's tenantId",
          .help = "whose users sign in: a tenant id, `common` or `organizations`; a managed identity needs a tenant id",
          .example = "11111111-1111-1111-1111-111111111111"},
    Field{.name = "resource",
          .required = true,
          .unless = other_sign_ins,
          .help = "the API that tokens are for: its URL or application id, exactly, trailing slash included; with "
                  "`backend: solution` also `@environmentVariables(\"prefix_Name\")`",
          .example = "https://management.core.windows.net/"},
    Field{.name = "scopes",
          .type = FieldType::list,
          .default_text = "none: what the application has consent for",
          .help = "scopes to ask for",
          .example = "[user_impersonation]"},
    Field{.name = "credential",
          .type = FieldType::mapping,
          .members = connector_credential_members,
          .required = true,
          .unless = other_sign_ins,
          .exactly_one_of = credential_choice,
          .help = "how the connector proves to be the application",
          .example = "{clientSecretRef: {name: arm}}"},
};

constexpr std::array secret_from_members = {
    Field{.name = "credential",
          .required = true,
          .help = "name of the secret on the machine that runs regent: the file `connector.NAME` in "
                  "`$CREDENTIALS_DIRECTORY`",
          .example = "contoso"},
    Field{.name = "version",
          .default_text = "empty",
          .help = "any text; a new one has the secret sent again, since nobody can read back which one is there",
          .example = "\"2\""},
    Field{.name = "sets",
          .type = FieldType::text_map,
          .default_text = "every set gets `credential`",
          .help = "other secrets for sets of `connectionParameterSets`, by the set's name",
          .example = "{admin-auth: contoso-admin}"},
};

constexpr std::array share_roles = {EnumValue{.name = "view", .alias = "CanView"},
                                    EnumValue{.name = "view-and-share", .alias = "CanViewWithShare"},
                                    EnumValue{.name = "edit", .alias = "CanEdit"}};
constexpr std::array share_types = {EnumValue{.name = "user", .alias = "User"},
                                    EnumValue{.name = "group", .alias = "Group"},
                                    EnumValue{.name = "tenant", .alias = "Tenant"}};
constexpr std::array share_members = {
    Field{.name = "id",
          .type = FieldType::guid,
          .required = true,
          .help = "object id of the user or group; the tenant's id for everybody",
          .example = "22222222-3333-4444-5555-666666666666"},
    Field{.name = "type",
          .type = FieldType::enumeration,
          .values = share_types,
          .default_text = "group",
          .help = "what the id is of",
          .example = "group"},
    Field{.name = "role",
          .type = FieldType::enumeration,
          .values = share_roles,
          .default_text = "view",
          .help = "what they may do",
          .example = "view"},
};

constexpr std::array backends = {
    EnumValue{.name = "environment", .help = "Power Apps: the connector lives in an environment, outside solutions"},
    EnumValue{.name = "solution", .help = "Dataverse: the connector is part of a solution"},
    EnumValue{.name = "logicapps", .help = "Azure Logic Apps: a resource in a resource group, named `metadata.name`"}};

constexpr std::array<std::string_view, 1> files_instead = {"files"};
constexpr std::array<std::string_view, 1> group_instead = {"resourceGroup"};

constexpr std::array connector_spec_members = {
    Field{.name = "backend",
          .type = FieldType::enumeration,
          .values = backends,
          .immutable = true,
          .default_text = "environment",
          .help = "which service keeps the connector; the three make different objects",
          .example = "environment"},
    Field{.name = "solution",
          .default_text = "the one that `dataverse` of the Environment names",
          .help = "with `backend: solution`: unique name of the unmanaged solution that the connector is part of; its "
                  "publisher's prefix becomes part of the connector's name for ever",
          .example = "ContosoConnectors"},
    Field{
        .name = "displayName",
        .required = true,
        .immutable = true,
        .help = "the name people see; Power Apps cannot change it later, a new name is a new connector; Dataverse can",
        .example = "Azure Resource Manager"},
    Field{.name = "description",
          .default_text = "info.description of the OpenAPI file",
          .help = "for people",
          .example = "Lists subscriptions"},
    Field{.name = "powerPlatformEnvironment",
          .required = true,
          .unless = group_instead,
          .unless_said = "backend=logicapps",
          .immutable = true,
          .help = "an alias from the environment's `powerPlatformEnvironments`, or an environment's id",
          .example = "sales"},
    Field{.name = "resourceGroup",
          .immutable = true,
          .default_text = "none: the connector lives in the Power Platform",
          .help =
              "with `backend: logicapps`: an alias from the environment's `resourceGroups`, or the group's resource "
              "id",
          .example = "integration"},
    Field{.name = "location",
          .immutable = true,
          .default_text = "none",
          .help = "with `backend: logicapps`, which demands it: the region of Azure; its sign-ins come back to one "
                  "address there",
          .example = "westeurope"},
    Field{.name = "tags",
          .type = FieldType::text_map,
          .default_text = "not managed",
          .help = "with `backend: logicapps`: exactly these tags, beside regent's own, which begin with `regent-`",
          .example = "{team: platform}"},
    Field{.name = "openapi",
          .type = FieldType::path,
          .required = true,
          .unless = files_instead,
          .help = "OpenAPI 2.0 file of the API, JSON or YAML, below 1 MB",
          .example = "openapi/arm-list-subscriptions.swagger.json"},
    Field{.name = "files",
          .type = FieldType::path,
          .default_text = "each file is named by itself",
          .help = "a folder as `paconn download` writes it: apiDefinition.swagger.json, apiProperties.json, and, where "
                  "they are, settings.json, icon.png and script.csx (or script.cs); names in any case",
          .example = "contoso-orders"},
    Field{.name = "properties",
          .type = FieldType::path,
          .default_text = "what the manifest says",
          .help = "apiProperties.json: connection parameters, policies, script operations, colour, as paconn has them",
          .example = "contoso-orders/apiProperties.json"},
    Field{.name = "icon",
          .type = FieldType::path,
          .default_text = "not managed",
          .help = "PNG file; `\"\"` for the service's own picture",
          .example = "contoso-orders/icon.png"},
    Field{.name = "script",
          .type = FieldType::path,
          .default_text = "not managed",
          .help = "C# script (.csx) that requests pass through; `\"\"` when there is to be none",
          .example = "contoso-orders/script.csx"},
    Field{.name = "scriptOperations",
          .type = FieldType::list,
          .default_text = "not managed",
          .help = "operationIds that pass through the script; empty: all",
          .example = "[ListOrders]"},
    Field{.name = "connectionParameters",
          .type = FieldType::any,
          .default_text = "what `auth` makes of it",
          .help = "what connections are asked for, in the service's own words; instead of `auth`",
          .example = "{api_key: {type: securestring}}"},
    Field{.name = "connectionParameterSets",
          .type = FieldType::any,
          .default_text = "none",
          .help = "several ways to sign in, in the service's own words",
          .example = "{uiDefinition: {displayName: Sign in by}, values: []}"},
    Field{.name = "policies",
          .type = FieldType::any,
          .default_text = "not managed",
          .help =
              "policy templates in their order, in the service's own words (policyTemplateInstances); a key that one "
              "sets a header to can be named: `{credential: NAME}`, as in `clientSecretFrom`",
          .example = "[{templateId: setheader, title: Name the caller, parameters: {}}]"},
    Field{.name = "capabilities",
          .type = FieldType::list,
          .default_text = "not managed",
          .help = "what the connector offers; `gateway` among it is the same as `gateway: true`",
          .example = "[actions]"},
    Field{.name = "publisher",
          .default_text = "the maker's name",
          .help = "who people see as its publisher",
          .example = "Contoso"},
    Field{.name = "gateway",
          .type = FieldType::boolean,
          .default_text = "false",
          .help = "the API is reached through an on-premises data gateway",
          .example = "true"},
    Field{.name = "clientSecretFrom",
          .type = FieldType::mapping,
          .members = secret_from_members,
          .default_text = "no secret is sent",
          .help = "secret of an OAuth client that is no Application here, from the machine that runs regent",
          .example = "{credential: contoso}"},
    Field{.name = "shares",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .members = share_members,
          .default_text = "not managed",
          .help = "who may use the connector besides its owner",
          .example = "[{id: 22222222-3333-4444-5555-666666666666, type: group, role: view}]"},
    Field{.name = "host",
          .default_text = "the OpenAPI file's",
          .help = "host of the API, with its port where it has one; with `backend: solution` also "
                  "`@environmentVariables(\"prefix_Name\")`",
          .example = "management.azure.com"},
    Field{
        .name = "basePath",
        .default_text = "the OpenAPI file's",
        .help = "path in front of every operation's; with `backend: solution` also an environment variable, as `host`",
        .example = "/v2"},
    Field{.name = "iconBrandColor",
          .default_text = "not managed",
          .help = "colour behind the icon: `#` and six hexadecimal digits, in quotes",
          .example = "\"#0078d4\""},
    Field{.name = "auth",
          .type = FieldType::mapping,
          .members = auth_members,
          .default_text = "the API takes requests without authentication",
          .help = "how connections sign in",
          .example = "{applicationRef: {name: arm-connector}, resource: https://management.core.windows.net/, "
                     "credential: {clientSecretRef: {name: arm}}}"},
};

constexpr std::array connector_fields = {
    api_version_field,
    Field{.name = "kind", .required = true, .help = "`Connector`", .example = "Connector"},
    renamable_metadata_field,
    Field{.name = "management",
          .type = FieldType::mapping,
          .members = connector_management_members,
          .default_text = "everything is managed",
          .help = "how regent treats the object, as opposed to how it should be",
          .example = "{policy: observe}"},
    Field{
        .name = "spec",
        .type = FieldType::mapping,
        .members = connector_spec_members,
        .required = true,
        .help = "how the connector should be",
        .example = "{displayName: Azure Resource Manager, powerPlatformEnvironment: sales, openapi: openapi/arm.json}"},
};

}  // namespace

const KindTable& connector_table() noexcept {
    static constexpr KindTable table = {.kind = "Connector",
                                        .help = "a custom connector in a Power Platform environment",
                                        .fields = connector_fields,
                                        .example =
                                            "apiVersion: regent/v1\n"
                                            "kind: Connector\n"
                                            "metadata: {name: arm}\n"
                                            "spec:\n"
                                            "  displayName: Azure Resource Manager\n"
                                            "  powerPlatformEnvironment: sales\n"
                                            "  openapi: openapi/arm-list-subscriptions.swagger.json\n"
                                            "  auth:\n"
                                            "    applicationRef: {name: arm-connector}\n"
                                            "    resource: https://management.core.windows.net/\n"
                                            "    credential:\n"
                                            "      clientSecretRef: {name: arm}\n"};
    return table;
}

}  // namespace regent::manifest
