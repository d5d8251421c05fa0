#include "manifest/field_table_kinds.hpp"

namespace regent::manifest {
namespace {

constexpr std::array adopt_members = {
    Field{.name = "connector",
          .required = true,
          .help = "name of the existing connector, as the service made it",
          .example = "shared_azure-20resource-20manager-5f98284236d845b802-5f21c6202f06d65e16"},
};
constexpr std::array management_members = {
    Field{.name = "adopt",
          .type = FieldType::mapping,
          .members = adopt_members,
          .default_text = "a connector of its own is created",
          .help = "take over a connector that exists",
          .example = "{connector: shared_arm-5f98284236d845b802-5f21c6202f06d65e16}"},
    management_policy_field,
    ignore_field,
    prevent_delete_field,
    on_removal_field,
};

constexpr std::array secret_ref_members = {
    Field{.name = "name",
          .required = true,
          .help = "name of a secret in the application's `clientSecrets`",
          .example = "arm"},
};
constexpr std::array<std::string_view, 2> credential_choice = {"clientSecretRef", "managedIdentity"};
constexpr std::array credential_members = {
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

constexpr std::array auth_members = {
    Field{.name = "applicationRef",
          .type = FieldType::reference,
          .target = "Application",
          .required = true,
          .help = "the application that connections sign in with",
          .example = "{name: arm-connector}"},
    Field{.name = "tenantId",
          .default_text = "the environment's tenantId",
          .help = "whose users sign in: a tenant id, `common` or `organizations`; a managed identity needs a tenant id",
          .example = "11111111-1111-1111-1111-111111111111"},
    Field{.name = "resource",
          .required = true,
          .help = "the API that tokens are for: its URL or application id, exactly, trailing slash included",
          .example = "https://management.core.windows.net/"},
    Field{.name = "scopes",
          .type = FieldType::list,
          .default_text = "what the application has consent for",
          .help = "scopes to ask for",
          .example = "[user_impersonation]"},
    Field{.name = "credential",
          .type = FieldType::mapping,
          .members = credential_members,
          .required = true,
          .exactly_one_of = credential_choice,
          .help = "how the connector proves to be the application",
          .example = "{clientSecretRef: {name: arm}}"},
};

constexpr std::array spec_members = {
    Field{.name = "displayName",
          .required = true,
          .immutable = true,
          .help = "the name people see; the service cannot change it later, a new name is a new connector",
          .example = "Azure Resource Manager"},
    Field{.name = "description",
          .default_text = "info.description of the OpenAPI file",
          .help = "for people",
          .example = "Lists subscriptions"},
    Field{.name = "powerPlatformEnvironment",
          .required = true,
          .immutable = true,
          .help = "an alias from the environment's `powerPlatformEnvironments`, or an environment's id",
          .example = "sales"},
    Field{.name = "openapi",
          .type = FieldType::path,
          .required = true,
          .help = "OpenAPI 2.0 file of the API, JSON or YAML, below 1 MB",
          .example = "openapi/arm-list-subscriptions.swagger.json"},
    Field{.name = "host",
          .default_text = "the OpenAPI file's",
          .help = "host of the API, with its port where it has one",
          .example = "management.azure.com"},
    Field{.name = "basePath",
          .default_text = "the OpenAPI file's",
          .help = "path in front of every operation's",
          .example = "/v2"},
    Field{.name = "iconBrandColor",
          .default_text = "not managed",
          .help = "colour behind the icon: `#` and six hexadecimal digits, in quotes",
          .example = "\"#0078d4\""},
    Field{.name = "auth",
          .type = FieldType::mapping,
          .members = auth_members,
          .default_text = "the API takes requests without authentication",
          .help = "how connections sign in with Entra ID",
          .example = "{applicationRef: {name: arm-connector}, resource: https://management.core.windows.net/, "
                     "credential: {clientSecretRef: {name: arm}}}"},
};

constexpr std::array fields = {
    api_version_field,
    Field{.name = "kind", .required = true, .help = "`Connector`", .example = "Connector"},
    metadata_field,
    Field{.name = "management",
          .type = FieldType::mapping,
          .members = management_members,
          .default_text = "everything is managed",
          .help = "how regent treats the object, as opposed to how it should be",
          .example = "{policy: observe}"},
    Field{
        .name = "spec",
        .type = FieldType::mapping,
        .members = spec_members,
        .required = true,
        .help = "how the connector should be",
        .example = "{displayName: Azure Resource Manager, powerPlatformEnvironment: sales, openapi: openapi/arm.json}"},
};

}  // namespace

const KindTable& connector_table() noexcept {
    static constexpr KindTable table = {.kind = "Connector",
                                        .help = "a custom connector in a Power Platform environment",
                                        .fields = fields,
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
