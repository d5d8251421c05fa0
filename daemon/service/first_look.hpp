#pragma once

#include "controller/status.hpp"

#include <optional>
#include <string>

namespace regent::service {

/// What to say beside what is remembered, and instead of "there is no such object", while nobody can know.
struct FirstLook {
    std::string message;  ///< that no run of this service has looked at the environment, or that the last one could not
    std::string help;
};

/// Nothing once a run has told how each object of the environment stands, and no later one failed to.
[[nodiscard]] std::optional<FirstLook> outstanding_look(const controller::EnvironmentStatus& environment);

}  // namespace regent::service
