#pragma once

#include "simulator/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::simulator {

/// Why Azure Resource Manager refuses a request: `{"error": {"code", "message"}}`.
/// https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
struct ArmError {
    int status = 400;
    std::string code = "InvalidRequestContent";
    std::string message;
};

[[nodiscard]] Response arm_answer(int status, const nlohmann::json& body);
[[nodiscard]] Response arm_empty_answer(int status);
[[nodiscard]] Response arm_refusal(const ArmError& error);
[[nodiscard]] ArmError arm_invalid_content(const std::string& why);

}  // namespace regent::simulator
