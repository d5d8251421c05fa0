#pragma once

#include "controller/status.hpp"

#include <optional>
#include <string>

namespace regent::service {

/// What to say instead of "there is no such object" while nobody can know yet.
struct FirstLook {
    std::string message;  ///< that no run of this service has looked at the environment, and what comes of the first
    std::string help;
};

/// Nothing once a run has told how each object of the environment stands.
[[nodiscard]] std::optional<FirstLook> outstanding_first_look(const controller::EnvironmentStatus& environment);

}  // namespace regent::service
