#include "manifest/field_table_kinds.hpp"
#include "manifest/field_table_service_principal.hpp"

namespace regent::manifest {
namespace {

constexpr std::array adopt_members = {
    Field{.name = "appId",
          .type = FieldType::guid,
          .required = true,
          .help = "application (client) id of the existing registration",
          .example = "7e7e7e7e-0000-4444-8888-0123456789ab"},
};
constexpr std::array undeclared_values = {
    EnumValue{.name = "report", .help = "list them and leave them alone"},
    EnumValue{.name = "remove", .help = "remove client secrets that no manifest declares"},
};
constexpr std::array management_members = {
    Field{.name = "adopt",
          .type = FieldType::mapping,
          .members = adopt_members,
          .default_text = "a registration of its own is created",
          .help = "take over a registration that exists",
          .example = "{appId: 7e7e7e7e-0000-4444-8888-0123456789ab}"},
    management_policy_field,
    ignore_field,
    prevent_delete_field,
    on_removal_field,
    Field{.name = "undeclaredCredentials",
          .type = FieldType::enumeration,
          .values = undeclared_values,
          .default_text = "report",
          .help = "what becomes of client secrets that no manifest declares; `spec.clientSecrets: []` removes them too",
          .example = "remove"},
};

constexpr std::array audiences = {
    EnumValue{"single-tenant", "AzureADMyOrg", "accounts of this tenant"},
    EnumValue{"multi-tenant", "AzureADMultipleOrgs", "work and school accounts of any tenant"},
    EnumValue{"multi-tenant-and-personal", "AzureADandPersonalMicrosoftAccount",
              "work, school and personal Microsoft accounts"},
    EnumValue{"personal", "PersonalMicrosoftAccount", "personal Microsoft accounts only"},
};

constexpr std::array exposes_members = {
    Field{.name = "identifierUris",
          .type = FieldType::list,
          .late = true,
          .help = "the same as `spec.identifierUris`, beside what else the application exposes",
          .example = "[\"api://contoso-orders\"]"},
};

constexpr std::array redirect_members = {
    Field{.name = "web",
          .type = FieldType::list,
          .item = FieldType::redirect_target,
          .late = true,
          .help = "for servers, and for custom connectors; URLs or `connectorRef: {name: x}`",
          .example = "[\"https://portal.contoso.example/signin-oidc\", {connectorRef: {name: arm}}]"},
    Field{.name = "spa",
          .type = FieldType::list,
          .item = FieldType::redirect_target,
          .late = true,
          .help = "for single-page applications: authorization code with PKCE in the browser",
          .example = "[\"https://portal.contoso.example/\"]"},
    Field{.name = "native",
          .type = FieldType::list,
          .item = FieldType::redirect_target,
          .late = true,
          .help = "for mobile and desktop applications (the service calls it publicClient)",
          .example = "[\"http://localhost\"]"},
};

constexpr std::array implicit_members = {
    Field{.name = "enableIdTokenIssuance",
          .type = FieldType::boolean,
          .help = "the authorization endpoint may issue id tokens (hybrid flow)",
          .example = "true"},
    Field{.name = "enableAccessTokenIssuance",
          .type = FieldType::boolean,
          .help = "the authorization endpoint may issue access tokens (implicit flow; not recommended)",
          .example = "false"},
};

constexpr std::array permission_members = {
    Field{.name = "api",
          .required = true,
          .help = "the API: a well-known name such as `microsoft-graph`, or an application id",
          .example = "azure-service-management"},
    Field{.name = "delegated",
          .type = FieldType::list,
          .help = "scopes, by name: what the application may do for a signed-in user",
          .example = "[user_impersonation]"},
    Field{.name = "application",
          .type = FieldType::list,
          .help = "roles, by name: what the application may do as itself",
          .example = "[User.Read.All]"},
    Field{.name = "delegatedIds",
          .type = FieldType::list,
          .item = FieldType::guid,
          .default_text = "none",
          .help = "scopes whose names cannot be looked up: the API is not in the tenant, or no longer publishes them",
          .example = "[41094075-9dad-400e-a0bd-54e686782033]"},
    Field{.name = "applicationIds",
          .type = FieldType::list,
          .item = FieldType::guid,
          .default_text = "none",
          .help = "roles whose names cannot be looked up: the API is not in the tenant, or no longer publishes them",
          .example = "[df021288-bdef-4463-88db-98f22de89214]"},
    Field{.name = "adminConsent",
          .type = FieldType::boolean,
          .default_text = "false: consent is left to administrators",
          .help = "regent consents to these permissions as an administrator, for the whole tenant",
          .example = "true"},
};

constexpr std::array<std::string_view, 2> credential_choice = {"issuer", "connectorRef"};
constexpr std::array credential_members = {
    Field{.name = "name",
          .required = true,
          .immutable = true,
          .help = "3 to 120 letters, digits, `-` and `_`, beginning with a letter or digit; kept for life",
          .example = "deploy-pipeline"},
    Field{.name = "issuer",
          .together_with = "subject",
          .help = "`iss` of the tokens to trust, exactly as the tokens have it",
          .example = "https://token.actions.githubusercontent.com"},
    Field{.name = "subject",
          .together_with = "issuer",
          .help = "`sub` of the tokens to trust, exactly as the tokens have it; no wildcards",
          .example = "repo:contoso/orders:environment:prod"},
    Field{.name = "connectorRef",
          .type = FieldType::reference,
          .target = "Connector",
          .late = true,
          .help = "trust a connector's managed identity: issuer and subject are read from it",
          .example = "{name: arm-mi}"},
    Field{.name = "audience",
          .default_text = "api://AzureADTokenExchange, or the cloud's own",
          .help = "`aud` of the tokens to trust",
          .example = "api://AzureADTokenExchange"},
    Field{.name = "description", .help = "for people; up to 600 characters", .example = "deploys from main"},
};

constexpr std::array file_members = {
    Field{.name = "path",
          .required = true,
          .help = "absolute path, in a folder that the machine's own configuration allows (`Daemon.spec.delivery`)",
          .example = "/var/lib/regent/delivered/arm"},
    Field{.name = "owner", .default_text = "who regent runs as", .help = "user the file belongs to", .example = "app"},
    Field{.name = "group",
          .default_text = "nobody but the owner can read it",
          .help = "group that may read the file: its mode is then 0640, otherwise 0600",
          .example = "www-data"},
};
constexpr std::array vault_members = {
    Field{.name = "vault",
          .required = true,
          .help = "name of the vault: 3 to 24 letters, digits and `-`",
          .example = "contoso-prod"},
    Field{.name = "secret",
          .required = true,
          .help = "name of the secret in it: 1 to 127 letters, digits and `-`",
          .example = "arm-client-secret"},
};
constexpr std::array<std::string_view, 3> delivery_choice = {"file", "keyVault", "command"};
constexpr std::array delivery_members = {
    Field{.name = "file",
          .type = FieldType::mapping,
          .members = file_members,
          .help = "a file on the machine where regent runs, replaced as a whole; beside it lies `PATH.keyid`",
          .example = "{path: /var/lib/regent/delivered/arm}"},
    Field{.name = "keyVault",
          .type = FieldType::mapping,
          .members = vault_members,
          .help = "a secret in an Azure Key Vault; its tags say which one it is, its value is never read",
          .example = "{vault: contoso-prod, secret: arm-client-secret}"},
    Field{.name = "command",
          .help =
              "name of a command that the machine's own configuration defines (`Daemon.spec.delivery`); it gets the "
              "value on its standard input",
          .example = "put-in-store"},
};

constexpr std::array secret_members = {
    Field{.name = "name",
          .required = true,
          .immutable = true,
          .help = "what connectors call it: 1 to 63 lower-case letters, digits and `-`, beginning with a letter",
          .example = "arm"},
    Field{.name = "validFor",
          .type = FieldType::duration,
          .default_text = "180d",
          .help = "life of a new secret",
          .example = "180d"},
    Field{.name = "rotateBefore",
          .type = FieldType::duration,
          .default_text = "30d",
          .help = "a new secret is issued and handed on when the old one has less than this to live",
          .example = "30d"},
    Field{.name = "keepOld",
          .type = FieldType::duration,
          .default_text = "the old one goes as soon as everybody has the new one",
          .help = "how long the old secret stays after a new one was handed on",
          .example = "24h"},
    Field{.name = "deliverTo",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::ordered,
          .members = delivery_members,
          .exactly_one_of = delivery_choice,
          .default_text = "connectors that name it, and nobody else",
          .help = "who is given the secret beside the connectors that name it",
          .example = "[{keyVault: {vault: contoso-prod, secret: arm-client-secret}}]"},
};

constexpr std::array spec_members = {
    Field{.name = "displayName",
          .required = true,
          .help = "the name people see; not an identity, it may be changed at any time",
          .example = "ARM connector (dev)"},
    Field{.name = "description", .help = "for people; up to 1024 characters", .example = "Lists subscriptions"},
    Field{.name = "notes",
          .help = "for those who run it: free text, shown in the portal",
          .example = "Owner: platform team"},
    Field{.name = "signInAudience",
          .type = FieldType::enumeration,
          .values = audiences,
          .default_text = "not managed; a new application is made single-tenant",
          .help = "whose accounts may sign in",
          .example = "single-tenant"},
    Field{.name = "tags",
          .type = FieldType::list,
          .help = "1 to 256 characters each, no white space; regent's own tags are kept beside them",
          .example = "[hr, internal]"},
    Field{.name = "identifierUris",
          .type = FieldType::list,
          .late = true,
          .help = "names of the application as an API; `{appId}` inside stands for its application id",
          .example = "[\"api://{appId}\"]"},
    Field{.name = "exposes",
          .type = FieldType::mapping,
          .members = exposes_members,
          .help = "what the application offers as an API",
          .example = "{identifierUris: [\"api://contoso-orders\"]}"},
    Field{.name = "redirectUris",
          .type = FieldType::mapping,
          .members = redirect_members,
          .late = true,
          .help = "where sign-in may return to, by platform; `{}` means: nowhere",
          .example = "{web: [{connectorRef: {name: arm}}]}"},
    Field{.name = "homePageUrl",
          .type = FieldType::url,
          .help = "the application's home page",
          .example = "https://portal.contoso.example/"},
    Field{.name = "logoutUrl",
          .type = FieldType::url,
          .help = "called when a user signs out; https",
          .example = "https://portal.contoso.example/signout"},
    Field{.name = "implicitGrantSettings",
          .type = FieldType::mapping,
          .members = implicit_members,
          .help = "tokens straight from the authorization endpoint",
          .example = "{enableIdTokenIssuance: true}"},
    Field{.name = "requestedAccessTokenVersion",
          .type = FieldType::integer,
          .minimum = 1,
          .maximum = 2,
          .help = "version of the access tokens the application accepts: 1 or 2; 2 when personal accounts may sign in",
          .example = "2"},
    Field{.name = "permissions",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .members = permission_members,
          .help = "what the application asks for at other APIs",
          .example = "[{api: microsoft-graph, delegated: [openid, User.Read]}]"},
    Field{.name = "federatedCredentials",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::named,
          .members = credential_members,
          .late = true,
          .exactly_one_of = credential_choice,
          .help = "tokens of other issuers that are accepted instead of a secret; at most 20",
          .example = "[{name: arm-mi, connectorRef: {name: arm-mi}}]"},
    Field{.name = "clientSecrets",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::named,
          .members = secret_members,
          .late = true,
          .secret = true,
          .help = "secrets that regent issues and hands to the connectors naming them and to `deliverTo`; regent keeps "
                  "no value",
          .example = "[{name: arm, validFor: 180d, rotateBefore: 30d}]"},
    Field{.name = "servicePrincipal",
          .type = FieldType::mapping,
          .members = service_principal_members,
          .late = true,
          .default_text = "{create: true}",
          .help = "the application's presence in its own tenant; what is left out is not managed",
          .example = "{appRoleAssignmentRequired: true, tags: [HideApp]}"},
};

constexpr std::array fields = {
    api_version_field,
    Field{.name = "kind", .required = true, .help = "`Application`", .example = "Application"},
    metadata_field,
    Field{.name = "management",
          .type = FieldType::mapping,
          .members = management_members,
          .default_text = "everything is managed",
          .help = "how regent treats the object, as opposed to how it should be",
          .example = "{policy: observe}"},
    Field{.name = "spec",
          .type = FieldType::mapping,
          .members = spec_members,
          .required = true,
          .help = "how the application registration should be",
          .example = "{displayName: Orders API}"},
};

}  // namespace

const KindTable& application_table() noexcept {
    static constexpr KindTable table = {.kind = "Application",
                                        .help = "an application registration in Entra ID, with its service principal",
                                        .fields = fields,
                                        .example =
                                            "apiVersion: regent/v1\n"
                                            "kind: Application\n"
                                            "metadata: {name: arm-connector}\n"
                                            "spec:\n"
                                            "  displayName: ARM connector\n"
                                            "  permissions:\n"
                                            "    - api: azure-service-management\n"
                                            "      delegated: [user_impersonation]\n"
                                            "  clientSecrets:\n"
                                            "    - name: arm\n"
                                            "  redirectUris:\n"
                                            "    web:\n"
                                            "      - connectorRef: {name: arm}\n"};
    return table;
}

}  // namespace regent::manifest
