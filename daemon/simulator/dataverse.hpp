#pragma once

#include "simulator/dataverse_query.hpp"
#include "simulator/dataverse_state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::simulator {

/// The Web API of the environments' Dataverse databases, as far as connectors need it: the tables `connector`,
/// `solution` and `solutioncomponent`, and the action AddSolutionComponent. In the cloud each environment has a host of
/// its own; here it is `<simulator>/dataverse/<organization>`, with `/api/data/v9.2/` below.
class Dataverse {
public:
    explicit Dataverse(PowerAppsState& power_apps) : state_(power_apps) {}

    [[nodiscard]] static bool serves(std::string_view path);
    /// True of what tokens for a Dataverse are asked for: the address of an organization.
    [[nodiscard]] static bool is_resource(std::string_view resource);

    [[nodiscard]] Response handle(const Request& request, const std::optional<Caller>& caller,
                                  const std::string& token_error);
    bool change(const std::string& path, const nlohmann::json& body);
    [[nodiscard]] DataverseState& state() { return state_; }
    [[nodiscard]] const DataverseState& state() const { return state_; }

private:
    using Json = nlohmann::json;
    struct Routed {
        const Request& request;
        const Caller& caller;
        std::string environment;
        std::string set, key;
    };

    DataverseOutcome answer(const Request& request, const std::optional<Caller>& caller,
                            const std::string& token_error);
    DataverseOutcome route(const Routed& routed);
    DataverseOutcome list_connectors(const Routed& routed) const;
    DataverseOutcome get_connector(const Routed& routed) const;
    DataverseOutcome create_connector(const Routed& routed);
    DataverseOutcome update_connector(const Routed& routed);
    DataverseOutcome remove_connector(const Routed& routed);
    DataverseOutcome list_solutions(const Routed& routed) const;
    DataverseOutcome list_components(const Routed& routed) const;
    DataverseOutcome add_component(const Routed& routed);
    [[nodiscard]] std::optional<DataverseError> check_rights(const Routed& routed, std::string_view what) const;
    [[nodiscard]] std::optional<DataverseError> check_version(const Request& request, const Json& row) const;
    [[nodiscard]] DataverseOutcome stored(const Routed& routed, Json row, const Json& body, int status);

    DataverseState state_;
};

}  // namespace regent::simulator
