#pragma once

#include "model/ascii.hpp"
#include "model/snapshot.hpp"
#include "model/value.hpp"
#include "provider/graph/graph_client.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace regent::provider::graph {

/// Where the permissions of the API `app_id` are read: its service principal in the tenant.
[[nodiscard]] std::string path_of_api(const std::string& app_id);
/// What that answers. The error says what is missing in it.
[[nodiscard]] tl::expected<model::ApiPermissions, std::string> read_api(const nlohmann::json& service_principal);

/// Names of permissions by their ids, over several APIs.
class PermissionNames {
public:
    explicit PermissionNames(const std::map<std::string, model::ApiPermissions>& apis);
    /// The name a manifest would use; the id itself where no name is known. `type`: "delegated" or "application".
    [[nodiscard]] std::string name_of(const std::string& api, const std::string& type, const std::string& id) const;

private:
    std::map<std::string, std::string> names_;  ///< "<api> <type> <id>" → name
};

/// What the writer knows of APIs: read when first needed, and once more when a name is not found.
class PermissionsCatalogue {
public:
    explicit PermissionsCatalogue(GraphClient& client) : client_(client) {}

    /// The member `requiredResourceAccess` for a set of {api, type, name}; a name that is a GUID is taken for the id.
    /// `known` (may be null) are {api, type, name, id} that need not be looked up. Thread-safe. `what` as in
    /// GraphClient.
    [[nodiscard]] tl::expected<nlohmann::json, ProviderError> required_resource_access(const model::List& permissions,
                                                                                       const model::List* known,
                                                                                       const std::string& what);

    /// The id of one permission.
    [[nodiscard]] tl::expected<std::string, ProviderError> id_of(const std::string& api, const std::string& type,
                                                                 const std::string& name, const std::string& what);
    /// The API's service principal in the tenant.
    [[nodiscard]] tl::expected<std::string, ProviderError> service_principal_of(const std::string& api,
                                                                                const std::string& what);
    /// Of any role that the API publishes, for whomever; an id for an id.
    [[nodiscard]] tl::expected<std::string, ProviderError> role_of(const std::string& api, const std::string& role,
                                                                   const std::string& what);

private:
    [[nodiscard]] std::optional<std::string> known_id(const std::string& api, const std::string& type,
                                                      const std::string& name) const;
    [[nodiscard]] std::optional<std::string> known_role_of_people(const std::string& api,
                                                                  const std::string& name) const;
    [[nodiscard]] tl::expected<void, ProviderError> read(const std::string& api, const std::string& what);

    GraphClient& client_;
    mutable std::mutex mutex_;
    std::map<std::string, model::ApiPermissions> apis_;
};

using model::is_guid;
using model::lower_case;

}  // namespace regent::provider::graph
