#pragma once

#include "simulator/blob_store.hpp"
#include "simulator/powerapps_environments.hpp"
#include "simulator/powerapps_rules.hpp"
#include "simulator/powerapps_switches.hpp"
#include "simulator/service.hpp"
#include "simulator/versioned.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {

/// Everything the resource provider remembers.
class PowerAppsState {
public:
    using Json = nlohmann::json;

    PowerAppsState(const Clock& clock, std::string tenant_id);

    [[nodiscard]] Time now() const { return clock_.now(); }
    [[nodiscard]] std::chrono::seconds lag() const { return std::chrono::seconds(switches.replica_lag_seconds); }

    /// The newest version of a connector's record, by its name in any case; null pointer when there is none.
    [[nodiscard]] const Json* find(const std::string& name) const;
    /// The version a late replica shows to a reader.
    [[nodiscard]] const Json* find_as_read(const std::string& name) const;
    [[nodiscard]] std::vector<const Json*> all_as_read() const { return connectors_.all(now(), lag()); }
    [[nodiscard]] std::vector<const Json*> all_as_listed() const {
        return connectors_.all(now(), lag() + std::chrono::seconds(switches.list_lag_seconds));
    }
    void put(const Json& record);
    void erase(const std::string& name);

    /// The blobs that connectors bring with them: definitions, icons, scripts.
    [[nodiscard]] BlobStore::Source blob_source() const;
    [[nodiscard]] ConnectorRules rules();

    [[nodiscard]] Json dump() const;
    void seed(const Json& state);
    /// Without rules: `{"patch": …}`, `{"put": …}`, `{"delete": true}`, `{"newManagedIdentity": true}`.
    bool change_connector(const std::string& name, const std::string& environment, const Json& body);
    bool change_environment(const std::string& id, const Json& body);

    /// Where signed addresses of definitions, icons and scripts lead.
    [[nodiscard]] std::string storage_origin(const Request& request) const {
        return switches.storage_origin.empty() ? request.base_url : switches.storage_origin;
    }

    const std::string tenant_id;
    IdSource ids;
    PowerAppsSwitches switches;
    Environments environments;
    BlobStore blobs;

private:
    void seed_connector(Json record, Time since);

    const Clock& clock_;
    Versioned connectors_;  ///< records by name in lower case; names are unique in a tenant
};

}  // namespace regent::simulator
