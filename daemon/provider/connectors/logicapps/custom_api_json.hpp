#pragma once

#include "model/secret.hpp"
#include "model/snapshot.hpp"
#include "provider/connectors/connector_mark.hpp"
#include "provider/connectors/logicapps/api_maker.hpp"
#include "provider/connectors/logicapps/logicapps_provider.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace regent::provider::logicapps {

/// A custom connector of a resource group with its definition read back. Connection parameters have the form
/// that they have in Power Apps; see connectors/sign_in.hpp.
struct FoundApi {
    std::string group;  ///< the resource group's id, as it was asked for
    std::string name, display_name;
    std::optional<connectors::ConnectorMark> mark;
    Maker maker = Maker::unknown;
    std::shared_ptr<const nlohmann::json> connector;
    std::shared_ptr<const nlohmann::json> definition;  ///< null JSON when the service gave none
};

/// What Resource Manager answered for a connector of `group`; its definition is still to be read.
[[nodiscard]] FoundApi found_in(const std::string& group, nlohmann::json connector);
/// Canonical attributes, outputs and marks.
[[nodiscard]] model::ObservedResource describe(const FoundApi& found, const model::Address& address,
                                               model::Ownership ownership, const LogicAppsOptions& options);
/// What others may refer to, "redirectUrl" above all.
void read_outputs(std::map<std::string, std::string, std::less<>>& outputs, const nlohmann::json& connector,
                  const LogicAppsOptions& options);

/// What the document of a PUT is made of: it replaces everything.
struct ApiDocument {
    const model::Map& values;  ///< resolved
    const connectors::ConnectorMark& mark;
    const model::Secret& secret;                         ///< of an application of the manifests; empty: none
    const std::optional<model::Secret>& machine_secret;  ///< of this machine, for another OAuth client
    const nlohmann::json& there;  ///< what the service has now, for what the manifest leaves to others; null: nothing
};
/// Fails with a sentence when a value that the service needs is missing.
[[nodiscard]] tl::expected<nlohmann::json, std::string> to_document(const ApiDocument& wanted,
                                                                    const LogicAppsOptions& options);
/// Whether it may hold a client secret, which no read shows and a PUT without one takes away.
[[nodiscard]] bool signs_in_by_oauth(const nlohmann::json& connector);
/// The tags that the connector is to have: the manifest's, or those that are there, and regent's own.
[[nodiscard]] nlohmann::json wanted_tags(const model::Map& values, const connectors::ConnectorMark& mark,
                                         const nlohmann::json& there);

}  // namespace regent::provider::logicapps
