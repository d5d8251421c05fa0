#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace regent::simulator {

/// What the connector service finds wrong with an OpenAPI document, one line each: `Error : <json pointer> :
/// <message>`. https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors
[[nodiscard]] std::vector<std::string> swagger_errors(const nlohmann::json& document);
/// What only certification objects to.
[[nodiscard]] std::vector<std::string> certification_warnings(const nlohmann::json& document);

}  // namespace regent::simulator
