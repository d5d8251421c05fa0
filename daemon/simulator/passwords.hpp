#pragma once

#include "simulator/directory.hpp"
#include "simulator/graph_answer.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace regent::simulator {

// `passwordCredentials`: the same actions for an application and for a service principal, `holder`.
// https://learn.microsoft.com/graph/api/application-addpassword
// https://learn.microsoft.com/graph/api/serviceprincipal-addpassword

/// Adds a secret, as it was asked for, to `holder`; `credential` becomes what its creator is shown.
[[nodiscard]] std::optional<GraphError> make_password(Directory& directory, const GraphSwitches& switches,
                                                      const nlohmann::json& given, nlohmann::json& holder,
                                                      nlohmann::json& credential);
/// The same from the body of addPassword.
[[nodiscard]] std::optional<GraphError> add_password(Directory& directory, const GraphSwitches& switches,
                                                     const nlohmann::json& body, nlohmann::json& holder,
                                                     nlohmann::json& credential);
/// What addPassword answers.
[[nodiscard]] Response password_added(const GraphRequest& request, const nlohmann::json& credential);
/// Takes away the secret that the body of removePassword names.
[[nodiscard]] std::optional<GraphError> remove_password(const GraphSwitches& switches, const nlohmann::json& body,
                                                        nlohmann::json& holder);
/// Takes what only its creator is shown, and what is the simulator's own, out of what is shown of `holder`.
void hide_passwords(nlohmann::json& shown);

}  // namespace regent::simulator
