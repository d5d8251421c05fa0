#pragma once

#include "simulator/blob_store.hpp"
#include "simulator/powerapps_answer.hpp"
#include "simulator/powerapps_switches.hpp"
#include "simulator/service.hpp"
#include "simulator/values.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>

namespace regent::simulator {

/// A connector as the simulator keeps it, and as seeds and dumps show it:
/// `{"name", "environment", "properties": {…}, "openApiDefinition": {…}, "permissions": […]}`, and beside them what no
/// answer shows:
/// `_clientSecrets` (SHA-256 by block), `_subjects`, `_subjectVisibleAt`, `_icon` and `_script` (`{"contentType",
/// "base64"}`).
///
/// What a save may say and what becomes of it. Rules are those of microsoft/PowerPlatformConnectors (paconn) and of
/// what people have reported of the service; see docs/simulator.md.
class ConnectorRules {
public:
    using ReadBlob = std::function<std::optional<Blob>(const std::string& url)>;

    ConnectorRules(const PowerAppsSwitches& switches, std::string tenant_id, IdSource& ids, Time now,
                   ReadBlob read_blob)
        : switches_(switches),
          tenant_id_(std::move(tenant_id)),
          ids_(ids),
          now_(now),
          read_blob_(std::move(read_blob)) {}

    /// Makes `record` from the properties of a POST. `record` comes with its name and environment only.
    [[nodiscard]] std::optional<PowerAppsError> create(nlohmann::json& record, const nlohmann::json& properties,
                                                       const Caller& caller);
    /// Changes `record` by the properties of a PATCH: each top-level property that is there replaces the stored one
    /// whole.
    [[nodiscard]] std::optional<PowerAppsError> update(nlohmann::json& record, const nlohmann::json& properties,
                                                       const Caller& caller);

    /// Fills in what a record that never went through create() lacks. For seeds; takes what is there as it is.
    void complete(nlohmann::json& record);
    /// A person's change behind everybody's back: times and modifiedBy move.
    void touch(nlohmann::json& record);
    /// New subjects for the record's managed identities.
    void renew_identity(nlohmann::json& record);

private:
    std::optional<PowerAppsError> check_shape(const nlohmann::json& properties, const std::string& environment) const;
    std::optional<PowerAppsError> check_definition(const nlohmann::json& definition,
                                                   const nlohmann::json& properties) const;
    std::optional<PowerAppsError> take(nlohmann::json& record, const nlohmann::json& properties, bool creating);
    std::optional<PowerAppsError> take_script(nlohmann::json& record, const nlohmann::json& properties) const;
    std::optional<PowerAppsError> take_icon(nlohmann::json& record, const nlohmann::json& properties) const;
    [[nodiscard]] nlohmann::json named_maker(const Caller& caller) const;
    void stamp(nlohmann::json& record, const nlohmann::json& maker) const;
    nlohmann::json fresh_properties(const nlohmann::json& record, const nlohmann::json& maker) const;

    const PowerAppsSwitches& switches_;
    const std::string tenant_id_;
    IdSource& ids_;
    const Time now_;
    const ReadBlob read_blob_;
};

}  // namespace regent::simulator
