#pragma once

#include "simulator/directory.hpp"
#include "simulator/graph_answer.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"

#include <optional>

namespace regent::simulator {

/// What a tenant forbids of credentials, identifier URIs and audiences: the default policy, and policies that are
/// linked to single applications and take its place there.
/// https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
class AppManagementPolicies {
public:
    explicit AppManagementPolicies(Directory& directory) : directory_(directory) {}

    /// Reads below /policies and /applications/{id}/appManagementPolicies; writing them is nobody's business here.
    [[nodiscard]] Response handle(const GraphRequest& request) const;
    /// Behind everybody's back: "/v1.0/policies/defaultAppManagementPolicy" with `patch`,
    /// "/v1.0/policies/appManagementPolicies" with `put` (its `appliesTo` is a list of applications' ids).
    [[nodiscard]] bool change(const std::vector<Segment>& path, const nlohmann::json& body);

private:
    Directory& directory_;
};

/// May `holder`, an application or a service principal, be given a secret that lives from `start` to `end`?
[[nodiscard]] std::optional<GraphError> check_password_policy(const Directory& directory, const GraphSwitches& switches,
                                                              const nlohmann::json& holder, Time start, Time end);

/// May it have the keys that it has in `after` and not in `before` (nothing: it is made)?
[[nodiscard]] std::optional<GraphError> check_key_policy(const Directory& directory, const GraphSwitches& switches,
                                                         const nlohmann::json& after, const nlohmann::json* before);

/// The same of an application's identifier URIs, and of its audience where that changes.
[[nodiscard]] std::optional<GraphError> check_application_policy(const Directory& directory,
                                                                 const GraphSwitches& switches,
                                                                 const nlohmann::json& after,
                                                                 const nlohmann::json* before);

}  // namespace regent::simulator
