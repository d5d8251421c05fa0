#pragma once

#include "simulator/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::simulator {

/// Why the resource provider refuses a request: status, and the two members of its envelope `{"error": {"code",
/// "message"}}`. Codes and sentences are the service's own where a public source quotes them; docs/simulator.md lists
/// those that none does.
struct PowerAppsError {
    int status = 400;
    std::string code = "InvalidRequestContent";
    std::string message;
};

/// A 204 leaves `body` out.
[[nodiscard]] Response power_apps_answer(int status, const nlohmann::json& body);
[[nodiscard]] Response power_apps_empty_answer(int status);
/// `correlation_id` also replaces "{correlation}" in the message, where the service repeats it.
[[nodiscard]] Response power_apps_refusal(const PowerAppsError& error, const std::string& correlation_id);

/// What the gateway behind the resource provider did not like: ApiHubsRequestFailed, with its words wrapped as the
/// service does.
[[nodiscard]] PowerAppsError gateway_refusal(int status, const std::string& words);
[[nodiscard]] PowerAppsError invalid_content(const std::string& why);

}  // namespace regent::simulator
