#pragma once

#include "simulator/directory.hpp"
#include "simulator/graph_answer.hpp"
#include "simulator/graph_switches.hpp"

#include <optional>

namespace regent::simulator {

/// Checks an application as it would be after a write, against the whole directory. `before` is null on creation; rules
/// that spare what was there already (identifier URIs, keys) compare with it.
[[nodiscard]] std::optional<GraphError> check_application(const Directory& directory, const GraphSwitches& switches,
                                                          const nlohmann::json& after, const nlohmann::json* before);
/// Is another object in the way: one with its uniqueName, or one with an identifier URI that it has and `before` has
/// not? All that a restore asks.
[[nodiscard]] std::optional<GraphError> check_conflicts(const Directory& directory, const nlohmann::json& after,
                                                        const nlohmann::json* before);
/// Checks a federated credential against its application's others; `self` is the id of the one that is being changed.
[[nodiscard]] std::optional<GraphError> check_credential(const GraphSwitches& switches,
                                                         const nlohmann::json& application,
                                                         const nlohmann::json& credential, const std::string& self);

/// Does its audience let in personal accounts? Then many limits are lower.
[[nodiscard]] bool allows_personal_accounts(const nlohmann::json& application);

/// Parts of check_application().
[[nodiscard]] std::optional<GraphError> check_redirect_uris(const GraphSwitches& switches,
                                                            const nlohmann::json& application);
[[nodiscard]] std::optional<GraphError> check_identifier_uris(const Directory& directory, const nlohmann::json& after,
                                                              const nlohmann::json* before);
/// `as_seen` (may be null) is the application as a replica has it that lags behind `before`: it may still hold what was
/// disabled for enabled.
[[nodiscard]] std::optional<GraphError> check_permissions(const GraphSwitches& switches, const nlohmann::json& after,
                                                          const nlohmann::json* before, const nlohmann::json* as_seen);
[[nodiscard]] std::optional<GraphError> check_settings(const GraphSwitches& switches, const nlohmann::json& after,
                                                       const nlohmann::json* before);

/// Settings of several members as `body` has them, without what was there: where the service does not merge them.
void replace_groups(nlohmann::json& application, const nlohmann::json& body);

}  // namespace regent::simulator
