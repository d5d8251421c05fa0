#pragma once

#include "controller/status.hpp"

#include <string>
#include <utility>
#include <vector>

namespace regent::service {

/// One number with its labels.
struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
};

/// What Prometheus calls a family: one name, one meaning.
struct Family {
    std::string name, help;
    bool counter = false;
    std::vector<Sample> samples;
};

/// What can be read off `status`.
[[nodiscard]] std::vector<Family> gauges_of(const controller::ServiceStatus& status, const std::string& revision);

/// process_*, from /proc, as Prometheus' own libraries name it. What cannot be read is left out.
[[nodiscard]] std::vector<Family> process_families();

}  // namespace regent::service
