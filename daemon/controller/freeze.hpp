#pragma once

#include "model/daemon_configuration.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace regent::controller {

struct Frozen {
    std::string window;                           ///< its name
    std::chrono::system_clock::time_point until;  ///< when this one ends; another may follow
};

/// The freeze window that `environment` is in at `now`, if any; of several, the one that ends last.
[[nodiscard]] std::optional<Frozen> frozen_at(std::chrono::system_clock::time_point now, const std::string& environment,
                                              const std::vector<model::FreezeWindow>& windows);

}  // namespace regent::controller
