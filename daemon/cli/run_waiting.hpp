#pragma once

#include "cli/exit_code.hpp"
#include "cli/service_client.hpp"
#include "cli/terminal.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <string>

namespace regent::cli {

/// Waits until the runs behind `tickets` have ended, and gives those that answered them; otherwise what to return.
[[nodiscard]] tl::expected<nlohmann::json, ExitCode> wait_for_runs(const nlohmann::json& tickets,
                                                                   std::chrono::seconds timeout, ServiceClient& client,
                                                                   Terminal& terminal);
/// What a run's result ("partly", "refused" …) says to the shell.
[[nodiscard]] ExitCode code_of_result(const std::string& result);

}  // namespace regent::cli
