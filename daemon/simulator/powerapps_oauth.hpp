#pragma once

#include "simulator/powerapps_answer.hpp"
#include "simulator/powerapps_switches.hpp"
#include "simulator/values.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {

/// One OAuth block of a connector: `connectionParameters.token`, or `connectionParameterSets.<set>.token` where a
/// connector offers several ways to sign in.
struct OAuthBlock {
    std::string path;
    nlohmann::json* settings = nullptr;  ///< below the key oAuthSettings
    bool asks_for_client = false;        ///< `<name>:clientId` beside it: whoever makes a connection brings the client
};

/// Every parameter of type oauthSetting in a connector's properties, the key of its settings spelled `oAuthSettings`
/// from then on.
[[nodiscard]] std::vector<OAuthBlock> oauth_blocks(nlohmann::json& properties);

[[nodiscard]] bool uses_managed_identity(const nlohmann::json& settings);
[[nodiscard]] std::string redirect_url_of(const std::string& connector_name);

/// What the service knows when it stores OAuth blocks.
struct OAuthContext {
    const PowerAppsSwitches& switches;
    const std::string& tenant_id;
    IdSource& ids;
    Time now;
    bool creating = false;
    /// What the request carries; a block that it leaves out stays as it is, its secret too. Null: everything.
    const nlohmann::json* sent = nullptr;
};

/// Makes of the blocks in `record["properties"]` what the service stores, or says why it does not. Secrets leave the
/// blocks; the record keeps their SHA-256 below `_clientSecrets`, the subjects of managed identities below `_subjects`.
/// Both are kept from one write to the next as long as their block is there.
[[nodiscard]] std::optional<PowerAppsError> store_oauth(nlohmann::json& record, const OAuthContext& context);

/// Gives every managed identity of the record another subject, as an import elsewhere does.
void renew_subjects(nlohmann::json& record, const OAuthContext& context);

/// The blocks as a read shows them: subjects that have not come yet are empty, keys cased as the switch says.
void show_oauth(nlohmann::json& properties, bool subjects_are_there, const PowerAppsSwitches& switches);

}  // namespace regent::simulator
