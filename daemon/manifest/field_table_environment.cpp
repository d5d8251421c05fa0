#include "manifest/field_table_kinds.hpp"

namespace regent::manifest {
namespace {

constexpr std::array clouds = {
    EnumValue{.name = "public", .help = "the worldwide cloud"},
    EnumValue{.name = "usgov-gcc", .help = "Power Platform of US Government (GCC), Entra ID of the worldwide cloud"},
    EnumValue{.name = "usgov", .help = "US Government L4 (GCC High)"},
    EnumValue{.name = "usgov-dod", .help = "US Government L5 (DoD)"},
    EnumValue{.name = "china", .help = "operated by 21Vianet"},
};

constexpr std::array endpoint_members = {
    Field{.name = "metadata",
          .type = FieldType::url,
          .default_text = "nobody is asked",
          .help = "the Azure Resource Manager of a cloud that `cloud` has no name for: it is asked once, before "
                  "signing in, where sign-in, Graph and the rest are; what is written here by hand stays",
          .example = "https://management.contoso.example"},
    Field{.name = "login",
          .type = FieldType::url,
          .default_text = "the cloud's",
          .help = "where tokens come from",
          .example = "http://127.0.0.1:8080"},
    Field{.name = "graph",
          .type = FieldType::url,
          .default_text = "the cloud's",
          .help = "Microsoft Graph",
          .example = "http://127.0.0.1:8080"},
    Field{.name = "powerApps",
          .type = FieldType::url,
          .default_text = "the cloud's",
          .help = "the Power Apps service",
          .example = "http://127.0.0.1:8080"},
    Field{.name = "resourceManager",
          .type = FieldType::url,
          .default_text = "the cloud's",
          .help = "Azure Resource Manager, for connectors of Logic Apps",
          .example = "http://127.0.0.1:8080"},
    Field{.name = "resourceManagerScope",
          .default_text = "the cloud's",
          .help = "scope asked for when signing in to Azure Resource Manager",
          .example = "https://management.azure.com/.default"},
    Field{.name = "keyVault",
          .default_text = "the cloud's",
          .help = "address of a Key Vault; `{vault}` stands for its name",
          .example = "\"https://{vault}.vault.azure.net\""},
    Field{.name = "keyVaultScope",
          .default_text = "the cloud's",
          .help = "scope asked for when signing in to a Key Vault",
          .example = "https://vault.azure.net/.default"},
    Field{.name = "graphScope",
          .default_text = "the cloud's",
          .help = "scope asked for when signing in to Graph",
          .example = "https://graph.microsoft.com/.default"},
    Field{.name = "powerAppsScope",
          .default_text = "the cloud's",
          .help = "scope asked for when signing in to Power Apps",
          .example = "https://service.powerapps.com/.default"},
    Field{.name = "blob",
          .type = FieldType::list,
          .item = FieldType::url,
          .default_text = "the cloud's",
          .help = "origins that connector definitions are read back from; `https://*.` in front allows sub-domains",
          .example = "[\"https://*.blob.core.windows.net\"]"},
    Field{.name = "powerPlatform",
          .type = FieldType::url,
          .default_text = "the cloud's",
          .help = "the Power Platform, which says where an environment's Dataverse is; signed in to as to Power Apps",
          .example = "http://127.0.0.1:8080"},
    Field{.name = "dataverse",
          .type = FieldType::list,
          .item = FieldType::url,
          .default_text = "the cloud's",
          .help = "origins where a Dataverse may be, whatever the Power Platform says: tokens go to no other",
          .example = "[\"https://*.dynamics.com\"]"},
};

constexpr std::array dataverse_members = {
    Field{.name = "environment",
          .required = true,
          .help = "an alias from `powerPlatformEnvironments`",
          .example = "sales"},
    Field{.name = "url",
          .default_text = "asked of the Power Platform",
          .help = "the organization's address",
          .example = "https://contoso.crm4.dynamics.com"},
    Field{.name = "solution",
          .default_text = "each connector names its own",
          .help = "unique name of the solution of connectors that name none",
          .example = "ContosoConnectors"},
};

constexpr std::array delegated_services = {
    EnumValue{.name = "powerApps", .help = "connectors with `backend: environment`, and where a Dataverse is"},
    EnumValue{.name = "dataverse", .help = "connectors with `backend: solution`"},
    EnumValue{.name = "resourceManager", .help = "connectors with `backend: logicapps`"},
};
constexpr std::array sign_in_members = {
    Field{.name = "delegated",
          .type = FieldType::list,
          .item = FieldType::enumeration,
          .values = delegated_services,
          .required = true,
          .help = "services that a person's account is used for, signed in with `regent login`",
          .example = "[powerApps]"},
    Field{.name = "account",
          .default_text = "whoever signs in",
          .help = "the only account that may sign in, by its user principal name",
          .example = "connectors@contoso.example"},
    Field{.name = "clientId",
          .type = FieldType::guid,
          .default_text = "the Azure CLI's",
          .help = "the public client that the account signs in to",
          .example = "22222222-2222-2222-2222-222222222222"},
};

constexpr std::array modes = {
    EnumValue{.name = "plan", .help = "changes are shown; `regent apply` is refused"},
    EnumValue{.name = "apply", .help = "changes are carried out"},
};
constexpr std::array secret_on_update = {
    EnumValue{.name = "keep",
              .help = "an update that leaves the way to sign in alone leaves the stored secret alone, too"},
    EnumValue{.name = "reissue", .help = "every update of such a connector brings a new secret"},
};

constexpr std::array saved_by_others = {
    EnumValue{.name = "reissue", .help = "it gets a new secret"},
    EnumValue{.name = "report", .help = "the plan says so, and the secret counts as being there"},
};

constexpr std::array risks = {
    EnumValue{.name = "low", .help = "what is riskier than display texts waits for an approval"},
    EnumValue{.name = "medium", .help = "what is of high risk waits for an approval"},
    EnumValue{.name = "high", .help = "no plan waits because of its risk"},
};

constexpr std::array policy_members = {
    Field{.name = "mode",
          .type = FieldType::enumeration,
          .values = modes,
          .default_text = "apply",
          .help = "may a run change anything here?",
          .example = "plan"},
    Field{.name = "onRemoval",
          .type = FieldType::enumeration,
          .values = removal_policies,
          .default_text = "keep",
          .help = "what happens to objects of ours whose manifest is gone",
          .example = "keep"},
    Field{.name = "maxDeletes",
          .type = FieldType::integer,
          .default_text = "5",
          .help = "deletions one run may carry out",
          .example = "0"},
    Field{.name = "maxDeletePercent",
          .type = FieldType::integer,
          .maximum = 100,
          .default_text = "30",
          .help = "share of the objects one run may delete, where there are ten or more",
          .example = "30"},
    Field{.name = "requireApprovedPlan",
          .type = FieldType::boolean,
          .default_text = "false",
          .help = "apply only a plan that somebody approved by its id",
          .example = "true"},
    Field{.name = "maxRisk",
          .type = FieldType::enumeration,
          .values = risks,
          .default_text = "high",
          .help = "the risk up to which a plan is applied without somebody's approval",
          .example = "medium"},
    Field{.name = "allowEmpty",
          .type = FieldType::boolean,
          .default_text = "false",
          .help = "may a repository without manifests mean that everything is to go?",
          .example = "false"},
    Field{.name = "connectorSecretOnUpdate",
          .type = FieldType::enumeration,
          .values = secret_on_update,
          .default_text = "keep",
          .help = "what an update of a connector does to its stored secret; not documented by the service",
          .example = "reissue"},
    Field{.name = "connectorSavedByOthers",
          .type = FieldType::enumeration,
          .values = saved_by_others,
          .default_text = "reissue",
          .help = "what follows when somebody else saved a connector that regent gave a secret: whether it still has "
                  "that cannot be seen",
          .example = "report"},
};

constexpr std::array target_members = {
    Field{.name = "kind", .required = true, .help = "kind of the document", .example = "Application"},
    Field{.name = "name", .required = true, .help = "metadata.name of the document", .example = "arm-connector"},
};
constexpr std::array override_members = {
    Field{.name = "target",
          .type = FieldType::mapping,
          .members = target_members,
          .required = true,
          .help = "the document to change",
          .example = "{kind: Application, name: arm-connector}"},
    Field{.name = "management",
          .type = FieldType::any,
          .help = "merged into the document's `management`",
          .example = "{preventDelete: true}"},
    Field{.name = "spec",
          .type = FieldType::any,
          .help = "merged into the document's `spec`",
          .example = "{notes: production}"},
};

constexpr std::array metadata_of_environment = {
    Field{.name = "name",
          .required = true,
          .help =
              "the environment's name: 1 to 63 lower-case letters, digits and `-`, beginning with a letter; it is in "
              "the key of every object, so under another name all are made anew, and the old ones are left alone",
          .example = "dev"},
    metadata_members[1],
};

constexpr std::array environment_spec_members = {
    Field{.name = "owner",
          .default_text = "regent",
          .help =
              "whose objects these are: the first part of every key, so that two repositories can share a tenant; "
              "under another owner every object is made anew, and the old ones are left alone. As long as none is "
              "written, nothing is deleted but what manifests of this repository alone (by its git remote, else its "
              "folder) are known on this machine to have declared",
          .example = "platform-team"},
    Field{.name = "tenantId",
          .type = FieldType::guid,
          .required = true,
          .help = "the tenant",
          .example = "11111111-1111-1111-1111-111111111111"},
    Field{.name = "cloud",
          .type = FieldType::enumeration,
          .values = clouds,
          .default_text = "public",
          .help = "the cloud that the tenant lives in",
          .example = "public"},
    Field{.name = "production",
          .type = FieldType::boolean,
          .default_text = "false",
          .help = "real people and data: a redirect URI to localhost, for instance, is a high risk here",
          .example = "true"},
    Field{.name = "endpoints",
          .type = FieldType::mapping,
          .members = endpoint_members,
          .default_text = "the cloud's",
          .help = "where the services are, when not where the cloud has them; https, or http on this machine",
          .example = "{login: \"http://127.0.0.1:8080\", graph: \"http://127.0.0.1:8080\"}"},
    Field{.name = "signIn",
          .type = FieldType::mapping,
          .members = sign_in_members,
          .default_text = "everything is signed in to as the application",
          .help = "which services take a person's account instead of the application's own",
          .example = "{delegated: [powerApps], account: connectors@contoso.example}"},
    Field{.name = "powerPlatformEnvironments",
          .type = FieldType::text_map,
          .default_text = "none",
          .help = "short names for Power Platform environments: alias and id",
          .example = "{sales: 5f5f5f5f-6a6a-7b7b-8c8c-9d9d9d9d9d9d}"},
    Field{.name = "dataverse",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .members = dataverse_members,
          .default_text = "none is read",
          .help = "Power Platform environments whose Dataverse keeps connectors of ours (`backend: solution`)",
          .example = "[{environment: sales, solution: ContosoConnectors}]"},
    Field{
        .name = "resourceGroups",
        .type = FieldType::text_map,
        .default_text = "none",
        .help = "short names for Azure resource groups that hold connectors of Logic Apps: alias and resource id",
        .example = "{integration: /subscriptions/5ab5c4e1-0000-4444-8888-0123456789ab/resourceGroups/rg-integration}"},
    Field{.name = "sources",
          .type = FieldType::list,
          .item = FieldType::path,
          .default_text = "the whole repository",
          .help = "folders with the manifests of this environment, relative to this file",
          .example = "[../base, prod-only]"},
    Field{.name = "vars",
          .type = FieldType::scalar_map,
          .default_text = "none",
          .help = "values for `${name}` in manifests",
          .example = "{env: production}"},
    Field{.name = "policy",
          .type = FieldType::mapping,
          .members = policy_members,
          .help = "what a run may do here",
          .example = "{onRemoval: keep, maxDeletes: 0}"},
    Field{.name = "overrides",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::ordered,
          .members = override_members,
          .default_text = "none",
          .help = "changes to single documents in this environment: `target`, and what to merge into it",
          .example = "[{target: {kind: Application, name: arm-connector}, management: {preventDelete: true}}]"},
};

constexpr std::array environment_fields = {
    api_version_field,
    Field{.name = "kind", .required = true, .help = "`Environment`", .example = "Environment"},
    Field{.name = "metadata",
          .type = FieldType::mapping,
          .members = metadata_of_environment,
          .required = true,
          .help = "what regent calls the environment",
          .example = "{name: dev}"},
    Field{.name = "spec",
          .type = FieldType::mapping,
          .members = environment_spec_members,
          .required = true,
          .help = "the tenant and what may be done to it",
          .example = "{tenantId: 11111111-1111-1111-1111-111111111111}"},
};

}  // namespace

const KindTable& environment_table() noexcept {
    static constexpr KindTable table = {.kind = "Environment",
                                        .help = "a tenant, where its manifests are, and what may be done to it",
                                        .fields = environment_fields,
                                        .example =
                                            "apiVersion: regent/v1\n"
                                            "kind: Environment\n"
                                            "metadata: {name: dev}\n"
                                            "spec:\n"
                                            "  tenantId: 11111111-1111-1111-1111-111111111111\n"
                                            "  powerPlatformEnvironments:\n"
                                            "    sales: Default-11111111-1111-1111-1111-111111111111\n"
                                            "  sources: [../base]\n"
                                            "  vars: {env: dev}\n"};
    return table;
}

}  // namespace regent::manifest
