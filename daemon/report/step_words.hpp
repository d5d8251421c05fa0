#pragma once

#include "plan/plan.hpp"

#include <chrono>
#include <string>

namespace regent::report {

/// What a step is about and what it does, in a person's words: "secret \"arm\"", "issuing", "issued".
struct StepWords {
    std::string subject;
    std::string doing;
    std::string done;
};
[[nodiscard]] StepWords words_for(const plan::Step& step);

/// "1.8s", "2m41s".
[[nodiscard]] std::string elapsed_text(std::chrono::milliseconds duration);

}  // namespace regent::report
