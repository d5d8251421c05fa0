#pragma once

#include "simulator/directory.hpp"
#include "simulator/graph_list.hpp"
#include "simulator/graph_request.hpp"

#include <vector>

namespace regent::simulator {

/// /servicePrincipals with assignments and owners, and /oauth2PermissionGrants.
class GraphPrincipals {
public:
    explicit GraphPrincipals(Directory& directory) : directory_(directory) {}

    [[nodiscard]] Response handle(const GraphRequest& request);
    [[nodiscard]] Response grants(const GraphRequest& request);
    [[nodiscard]] bool change(const std::vector<Segment>& path, const nlohmann::json& body);

private:
    using Json = nlohmann::json;
    [[nodiscard]] Json shown(const Json& stored) const;
    [[nodiscard]] Listing listing() const;
    [[nodiscard]] Response create(const GraphRequest& request, const std::string& app_id);
    [[nodiscard]] Response update(const GraphRequest& request, const Json& principal);
    [[nodiscard]] Response assignments(const GraphRequest& request, const Json& principal, std::size_t at);

    Directory& directory_;
};

}  // namespace regent::simulator
