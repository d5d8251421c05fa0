#pragma once

#include "model/snapshot.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/read_progress.hpp"

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace regent::provider::graph {

/// Reads what was consented to for applications, and who holds their roles: of those only whose manifests declare it,
/// or whose tags say that regent once gave it. One read for each of them, 20 to a request.
///
/// Grants of delegated permissions can be read with `Directory.Read.All` or `DelegatedPermissionGrant.Read.All` only.
/// Without, they are noted as unreadable, and the rest of the tenant is read all the same.
/// https://learn.microsoft.com/graph/api/oauth2permissiongrant-list
class GrantReader {
public:
    GrantReader(GraphClient& client, ReadProgress& progress) : client_(client), progress_(progress) {}

    template <typename T>
    using Result = tl::expected<T, ProviderError>;

    /// Fills the attributes in, of `found.resources`, with their marks; and the APIs they speak of.
    [[nodiscard]] Result<void> read(const model::Scope& scope, model::Snapshot& found);

private:
    using Objects = std::vector<nlohmann::json>;
    struct Target {
        model::ObservedResource* resource = nullptr;
        std::string principal_id, app_id;
    };

    [[nodiscard]] Result<std::vector<Objects>> read_lists(const std::vector<std::string>& paths);
    [[nodiscard]] Result<void> read_scopes(const std::vector<Target>& targets, model::Snapshot& found);
    [[nodiscard]] Result<void> read_roles(const std::vector<Target>& targets, model::Snapshot& found);
    [[nodiscard]] Result<void> read_assignments(const std::vector<Target>& targets, model::Snapshot& found);
    [[nodiscard]] Result<void> name_apis(const std::vector<std::string>& paths, model::Snapshot& found);
    [[nodiscard]] Result<void> name_resources(const std::vector<Objects>& lists, model::Snapshot& found);

    GraphClient& client_;
    ReadProgress& progress_;
};

}  // namespace regent::provider::graph
