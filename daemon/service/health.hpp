#pragma once

#include "controller/control.hpp"
#include "service/http.hpp"

#include <functional>
#include <string>
#include <vector>

namespace regent::service {

struct Check {
    std::string name;  ///< "prod: observed"
    bool passed = false;
    std::string words;  ///< why not, or empty
};

/// What has to hold before somebody relies on this service: every environment was read once, and was looked at within
/// three intervals. An environment that a person paused, or that a throttled service holds up, is looked at all the
/// same; nothing here says whether objects are as they should be.
[[nodiscard]] std::vector<Check> readiness(const controller::ServiceStatus& status, controller::Time now);

struct HealthOptions {
    /// Whether the loop has ticked lately. No remote checks belong in here: an outage at Microsoft must not restart the
    /// service.
    std::function<bool()> alive;
    std::function<controller::Time()> now = [] { return std::chrono::system_clock::now(); };
};

/// `/healthz`: 200 or 503. `/readyz`: the same, and a line for each check.
[[nodiscard]] Route health_routes(const controller::Control& control, HealthOptions options);

}  // namespace regent::service
