#pragma once

#include "simulator/directory.hpp"
#include "simulator/graph_answer.hpp"

#include <optional>

namespace regent::simulator {

/// Checks an application as it would be after a write, against the whole directory. `before` is null on creation; rules
/// that spare what was there already (identifier URIs) compare with it.
[[nodiscard]] std::optional<GraphError> check_application(const Directory& directory, const nlohmann::json& after,
                                                          const nlohmann::json* before);

/// Checks a federated credential against its application's others; `self` is the id of the one that is being changed.
[[nodiscard]] std::optional<GraphError> check_credential(const nlohmann::json& application,
                                                         const nlohmann::json& credential, const std::string& self);

}  // namespace regent::simulator
