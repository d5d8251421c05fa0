#pragma once

#include <sys/types.h>

#include <functional>
#include <stdexcept>
#include <string>

/// A process beside the test's. What it expects and does not find, it throws.
namespace child {

inline void expect(bool condition, const std::string& what) {
    if (!condition) throw std::runtime_error(what);
}

/// Starts `work` in a child process; returns its id at once.
[[nodiscard]] ::pid_t start(const std::function<void()>& work);

/// Waits for the end. Returns whether it ended by itself, content.
[[nodiscard]] bool ended_well(::pid_t process);

void kill_now(::pid_t process);

/// Runs `work` in a child process to its end and returns what it threw: empty when all was well.
[[nodiscard]] std::string complaint_of(const std::function<void()>& work);

}  // namespace child
