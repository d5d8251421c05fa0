#include "cli/crash_point.hpp"

#include "cli/terminal.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>

namespace regent::cli {

apply::CrashPoint crash_point_from_environment() {
    const auto at = environment_variable("REGENT_CRASH_AT");
    const auto log = environment_variable("REGENT_CRASH_LOG");
    if (!at && !log) return {};
    struct State {
        std::mutex mutex;
        long next = 1;
        std::ofstream log;
    };
    auto state = std::make_shared<State>();
    if (log) state->log.open(*log, std::ios::app);
    const long target = at ? std::strtol(at->c_str(), nullptr, 10) : 0;
    return [state, target](std::string_view name, const plan::Step& step) {
        const std::lock_guard lock(state->mutex);
        const auto number = state->next++;
        if (state->log.is_open())
            state->log << number << ' ' << name << ' ' << to_string(step.address) << ' ' << step.part << std::endl;
        if (number == target) ::kill(::getpid(), SIGKILL);
    };
}

}  // namespace regent::cli
