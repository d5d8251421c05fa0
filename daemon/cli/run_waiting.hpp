#pragma once

#include "cli/exit_code.hpp"
#include "cli/service_client.hpp"
#include "cli/terminal.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace regent::cli {

/// Waits until the runs behind `tickets` have ended. Nothing when they have; otherwise what to return.
[[nodiscard]] std::optional<ExitCode> wait_for_runs(const nlohmann::json& tickets, std::chrono::seconds timeout,
                                                    ServiceClient& client, Terminal& terminal);
/// What a run's result ("partly", "refused" …) says to the shell.
[[nodiscard]] ExitCode code_of_result(const std::string& result);

}  // namespace regent::cli
