#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace regent::source {

/// A program to run: no shell, no inherited descriptors, and only the environment given here.
struct Command {
    std::filesystem::path program;
    std::vector<std::string> arguments;  ///< without the program's name; seen by everyone on the machine: no secrets
    std::vector<std::string> environment{"PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=/nonexistent"};
    std::string input;       ///< for its standard input
    std::string attachment;  ///< readable as /dev/fd/3
    std::chrono::milliseconds limit{10'000};
};

struct Outcome {
    enum class End { exited, killed_by_signal, out_of_time, stopped, not_started };
    End end = End::not_started;
    int status = 0;      ///< exit code, signal, or errno, as `end` says
    std::string output;  ///< of both streams at most 64 KiB each; the rest is dropped
    std::string errors;
    [[nodiscard]] bool succeeded() const { return end == End::exited && status == 0; }
};

/// Runs it in a process group of its own and waits. At the limit, or soon after `stop` becomes true, the whole group is
/// killed. Nothing is left behind in either case.
[[nodiscard]] Outcome run_command(const Command& command, const std::atomic<bool>& stop);

}  // namespace regent::source
