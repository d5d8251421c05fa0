#include "controller/crash_point.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>

namespace regent::controller {

apply::CrashPoint crash_point_from_environment() {
    const char* at = std::getenv("REGENT_CRASH_AT");
    const char* log = std::getenv("REGENT_CRASH_LOG");
    if (at == nullptr && log == nullptr) return {};
    struct State {
        std::mutex mutex;
        long next = 1;
        std::ofstream log;
    };
    auto state = std::make_shared<State>();
    if (log != nullptr) state->log.open(log, std::ios::app);
    const long target = at != nullptr ? std::strtol(at, nullptr, 10) : 0;
    return [state, target](std::string_view name, const plan::Step& step) {
        const std::lock_guard lock(state->mutex);
        const auto number = state->next++;
        if (state->log.is_open())
            state->log << number << ' ' << name << ' ' << to_string(step.address) << ' ' << step.part << std::endl;
        if (number == target) ::kill(::getpid(), SIGKILL);
    };
}

}  // namespace regent::controller
