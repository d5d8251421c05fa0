#pragma once

#include "model/declaration.hpp"
#include "model/place.hpp"
#include "model/risk.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace regent::model {

/// Where the services of one cloud are. Every entry is an origin, `https://host[:port]`; plain http only for loopback.
struct Endpoints {
    /// The Azure Resource Manager that is asked where the rest is (`/metadata/endpoints`): what is empty below then
    /// comes from its answer. Empty: nobody is asked.
    std::string metadata{};
    std::string login = "https://login.microsoftonline.com";
    std::string graph = "https://graph.microsoft.com";
    std::string power_apps = "https://api.powerapps.com";
    /// Token scopes. https://learn.microsoft.com/graph/deployments; the Power Apps audience is undocumented and can be
    /// overridden.
    std::string graph_scope = "https://graph.microsoft.com/.default";
    std::string power_apps_scope = "https://service.powerapps.com/.default";
    /// Where connector definitions are read back from; "https://*." allows sub-domains. The Power Apps endpoint is
    /// always allowed.
    std::vector<std::string> blob_origins = {"https://*.blob.core.windows.net"};
    /// Of a vault: `{vault}` stands for its name.
    /// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#dns-suffixes-for-object-identifiers
    std::string key_vault = "https://{vault}.vault.azure.net";
    std::string key_vault_scope = "https://vault.azure.net/.default";
    /// The Power Platform's own service, which says where an environment's Dataverse is; signed in to with
    /// power_apps_scope.
    std::string power_platform = "https://api.bap.microsoft.com";
    /// Where a Dataverse may be: a token goes to no other host, whatever the Power Platform says.
    /// https://learn.microsoft.com/power-platform/admin/new-datacenter-regions
    std::vector<std::string> dataverse_origins = {"https://*.dynamics.com"};
    /// Azure Resource Manager. https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
    std::string resource_manager = "https://management.azure.com";
    std::string resource_manager_scope = "https://management.azure.com/.default";
};

/// What connectors with `backend: solution` need of a Power Platform environment.
struct Dataverse {
    std::string environment;  ///< its id
    std::string url;          ///< of its Dataverse, without a slash at the end; empty: the Power Platform is asked
    std::string solution;     ///< unique name of the solution of connectors that name none; may be empty
};

/// Environment.spec.signIn: services that a person's account is used for instead of the application's own, because they
/// take no writes from an application there. Graph is none of them.
struct DelegatedSignIn {
    bool power_apps = false, dataverse = false, resource_manager = false;
    /// A public client. The default is the Azure CLI's, as Microsoft's paconn has it
    /// (https://github.com/microsoft/PowerPlatformConnectors/tree/dev/tools/paconn-cli).
    std::string client_id = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    std::string account;  ///< the only one that may sign in, by its user principal name; empty: anybody

    [[nodiscard]] bool any() const noexcept { return power_apps || dataverse || resource_manager; }
};

/// Environment.spec.policy: what a run may do here.
struct Policy {
    enum class Mode { plan, apply };
    Mode mode = Mode::apply;  ///< plan: `regent apply` is refused
    OnRemoval on_removal = OnRemoval::keep;
    std::size_t max_deletes = 5;          ///< of one run
    std::size_t max_delete_percent = 30;  ///< of an environment with ten or more objects
    bool require_approved_plan = false;   ///< apply only with --expect-plan or a plan file
    Risk max_risk = Risk::high;           ///< the same for plans that are riskier than this
    bool allow_empty = false;             ///< may an empty set of manifests remove everything?
    /// Does the Power Apps service keep a connector's stored secret when an update leaves it out? Microsoft's own
    /// client acts as if it did, its README says otherwise (microsoft/PowerPlatformConnectors, tools/paconn-cli).
    /// `reissue`: every update of such a connector brings a new secret.
    enum class SecretOnUpdate { keep, reissue };
    SecretOnUpdate connector_secret_on_update = SecretOnUpdate::keep;
    /// A connector with a secret of ours was saved by somebody else. Does it get a new one, or is it only told?
    enum class SavedByOthers { reissue, report };
    SavedByOthers connector_saved_by_others = SavedByOthers::reissue;
};

/// One Environment document: a tenant, where its manifests are, and what may be done to it.
struct Environment {
    std::string name;
    Place place;
    std::string owner = "regent";  ///< first part of every key (uniqueName) and of the owner mark
    bool owner_declared = false;   ///< somebody chose it; else any other repository may go by the same name
    std::string tenant_id;         ///< GUID, lower case
    std::string cloud = "public";
    bool production = false;  ///< real people and data: what is usual elsewhere can be a risk here
    Endpoints endpoints;
    DelegatedSignIn sign_in;
    std::map<std::string, std::string> power_platform_environments;  ///< alias → environment id
    std::vector<Dataverse> dataverses;
    std::map<std::string, std::string> resource_groups;  ///< alias → "/subscriptions/…/resourceGroups/…"
    std::vector<std::string> sources;                    ///< folders, from the repository's root; "." is all of it
    Policy policy;
};

}  // namespace regent::model
