#include "cli/run_waiting.hpp"

#include "cli/client_words.hpp"
#include "cli/messages.hpp"

#include <fmt/format.h>

#include <thread>

namespace regent::cli {

using nlohmann::json;
using namespace std::chrono_literals;

tl::expected<json, ExitCode> wait_for_runs(const json& tickets, std::chrono::seconds timeout, ServiceClient& client,
                                           Terminal& terminal) {
    std::string target = "/api/v1/runs?";
    for (const auto& ticket : tickets)
        if (ticket.is_string()) target += "ticket=" + percent_encoded(ticket.get<std::string>()) + "&";
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left <= 0ms) {
            print_error(terminal, fmt::format("the run has not ended within {}", long_age_text(timeout)),
                        "it goes on; `regent status` shows what it waits for");
            return tl::unexpected(ExitCode::try_again);
        }
        const auto round = std::min(left, std::chrono::milliseconds(30s));
        const auto answer = client.get(fmt::format("{}wait={}ms", target, round.count()), round + 10s);
        if (!answer && answer.error().code != ExitCode::try_again)
            return tl::unexpected(fail(terminal, answer.error()));
        if (!answer)
            std::this_thread::sleep_for(std::min(left, 2000ms));
        else if (answer->value("done", false))
            return json(part_of(*answer, "runs"));
    }
}

ExitCode code_of_result(const std::string& result) {
    if (result == "partly") return ExitCode::partly_done;
    if (result == "refused") return ExitCode::refused;
    if (result == "interrupted" || result == "try-again" || result == "waiting") return ExitCode::try_again;
    return result == "failed" ? ExitCode::failed : ExitCode::ok;
}

}  // namespace regent::cli
