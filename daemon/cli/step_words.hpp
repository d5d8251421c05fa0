#pragma once

#include "apply/applier.hpp"
#include "plan/plan.hpp"

#include <string>

namespace regent::cli {

/// What a step is about and what it does, in a person's words: "secret \"arm\"", "issuing", "issued".
struct StepWords {
    std::string subject;
    std::string doing;
    std::string done;
};
[[nodiscard]] StepWords words_for(const plan::Step& step);

/// "1.8s", "2m41s".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

}  // namespace regent::cli
