#pragma once

#include "simulator/service.hpp"

#include <memory>
#include <string>

namespace regent::simulator {

/// The Power Apps resource provider with its custom connectors, the environments of the tenant, and the blob storage
/// that definitions, icons and scripts travel through. `clock` outlives the service.
[[nodiscard]] std::unique_ptr<Service> make_power_apps(const Clock& clock, std::string tenant_id);

}  // namespace regent::simulator
