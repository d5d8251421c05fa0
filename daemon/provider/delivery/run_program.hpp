#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace regent::provider::delivery {

struct ProgramEnd {
    bool done = false;         ///< it ended with 0
    bool may_have_run = true;  ///< false: it was never started
    std::string words;         ///< "ended with 3", "was killed by signal 9", "took longer than 60 s"
};

/// Runs `run` with `input` on its standard input and only `environment` as its environment; output goes nowhere.
/// Blocks. Ends the program and what it started when `timeout` is over.
[[nodiscard]] ProgramEnd run_program(const std::vector<std::string>& run, const std::vector<std::string>& environment,
                                     std::string_view input, std::chrono::seconds timeout);

}  // namespace regent::provider::delivery
