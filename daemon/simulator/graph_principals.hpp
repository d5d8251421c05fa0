#pragma once

#include "simulator/directory.hpp"
#include "simulator/graph_list.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"

#include <optional>
#include <vector>

namespace regent::simulator {

/// /servicePrincipals with assignments and owners, and /oauth2PermissionGrants.
class GraphPrincipals {
public:
    GraphPrincipals(Directory& directory, const GraphSwitches& switches) : directory_(directory), switches_(switches) {}

    [[nodiscard]] Response handle(const GraphRequest& request);
    [[nodiscard]] Response grants(const GraphRequest& request);
    /// /directoryObjects/{id}: anything that has an id.
    [[nodiscard]] Response directory_object(const GraphRequest& request) const;
    /// Of grants or assignments: `{"delete": true}` takes all of them away that `where` matches, `patch` changes them.
    [[nodiscard]] bool change_all(Versioned& collection, const nlohmann::json& body);
    [[nodiscard]] bool change(const std::vector<Segment>& path, const nlohmann::json& body);

    /// How a service principal is listed.
    [[nodiscard]] Listing listing() const;

private:
    using Json = nlohmann::json;
    [[nodiscard]] Json shown(const Json& stored) const;
    [[nodiscard]] Response create(const GraphRequest& request, const std::string& app_id);
    [[nodiscard]] Response update(const GraphRequest& request, const Json& principal);
    [[nodiscard]] Response change_passwords(const GraphRequest& request, const Json& principal, bool adds);
    [[nodiscard]] Response remove(const Json& principal);
    [[nodiscard]] std::optional<GraphError> check_own_keys(const Json& after, const Json* before) const;
    [[nodiscard]] Response assignments(const GraphRequest& request, const Json& principal, std::size_t at);
    [[nodiscard]] Response list_assignments(const GraphRequest& request, const std::string& id,
                                            const std::string& relation) const;
    [[nodiscard]] Response assign(const GraphRequest& request);
    [[nodiscard]] Response grant(const GraphRequest& request);
    [[nodiscard]] Response change_grant(const GraphRequest& request, const Json& grant);

    Directory& directory_;
    const GraphSwitches& switches_;
};

}  // namespace regent::simulator
