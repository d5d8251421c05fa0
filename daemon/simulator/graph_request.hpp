#pragma once

#include "simulator/graph_answer.hpp"
#include "simulator/service.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {

/// One part of a Graph path: `applications(appId='x')` is {"applications", "appId", "x"}.
struct Segment {
    std::string name;
    std::string key_name;  ///< "appId", "uniqueName", "name"; empty without parentheses
    std::string key;
};

/// A Graph request taken apart.
struct GraphRequest {
    const Request& http;
    const Caller& caller;
    std::vector<Segment> path;  ///< without version and `myorganization`
    bool beta = false;
    nlohmann::json body;  ///< null without one

    [[nodiscard]] std::string query(std::string_view name) const { return http.query_value(name).value_or(""); }
    [[nodiscard]] bool create_if_missing() const;
    [[nodiscard]] std::string segment(std::size_t index) const {
        return index < path.size() ? path[index].name : std::string{};
    }
};

/// Takes the path apart; nothing for one outside Graph.
[[nodiscard]] std::optional<std::vector<Segment>> graph_segments(const std::string& path, bool& beta);

/// Merges a PATCH body into an object as Graph does: complex members merge, collections are replaced, null clears.
void merge(nlohmann::json& object, const nlohmann::json& patch);

/// Whether the bytes of certificates are asked for: of one application or service principal, and selected.
/// https://learn.microsoft.com/graph/api/application-get
[[nodiscard]] bool asks_for_key_bytes(const GraphRequest& request);

/// The cost in resource units that Graph would charge. https://learn.microsoft.com/graph/throttling-limits
[[nodiscard]] double resource_units(const GraphRequest& request);

}  // namespace regent::simulator
