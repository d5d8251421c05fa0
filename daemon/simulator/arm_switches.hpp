#pragma once

#include "simulator/arm_budget.hpp"

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>

namespace regent::simulator {

/// What nobody outside of Microsoft knows of Logic Apps' custom connectors, and how late their replicas are.
struct ArmSwitches {
    /// A PUT replaces. What becomes of a stored client secret that the new document leaves out: "drop", "keep", or the
    /// document is refused.
    std::string put_without_secret = "drop";
    /// Whether the tags of a PATCH "replace" those that are there, or are "merge"d into them.
    std::string patch_of_tags = "replace";
    /// How a read gives the definition: "url" (apiDefinitions, as the REST specification's examples), "inline"
    /// (properties.swagger), "both".
    std::string definition_on_read = "url";
    /// Members of `properties` that the REST specification does not name: "drop" or "refuse".
    std::string unknown_properties = "drop";
    /// Whether answers have `systemData`, and by which id it names an application: "none", "objectId", "appId".
    std::string system_data = "none";
    /// An OAuth block that names no client: "refuse" it, or "take" it. The REST specification says nothing of it.
    std::string without_client_id = "refuse";
    long replica_lag_seconds = 0;
    long list_lag_seconds = 0;  ///< lists show what was true so much longer ago than a single read
    long page_size = 100;
    std::set<std::string> denied;  ///< actions nobody may do: "Microsoft.Web/customApis/write"

    /// Throws std::invalid_argument for a name that is none, or a value out of its range.
    void set(const nlohmann::json& values, ArmBudget& budget);
    [[nodiscard]] nlohmann::json get(const ArmBudget& budget) const;
};

}  // namespace regent::simulator
