#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace regent::manifest {

/// Whether the person who makes a connection brings the client that the OAuth block `name` of `parameters` signs in as:
/// the block names none, and a parameter `<name>:clientId` beside it asks for one. Connectors published by Microsoft do
/// so; no documentation says it.
[[nodiscard]] bool person_brings_client(const nlohmann::json& parameters, const std::string& name);

}  // namespace regent::manifest
