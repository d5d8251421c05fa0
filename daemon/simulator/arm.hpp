#pragma once

#include "simulator/service.hpp"

#include <memory>
#include <string>

namespace regent::simulator {

/// Azure Resource Manager, as far as `Microsoft.Web/customApis` goes: Logic Apps' custom connectors.
[[nodiscard]] std::unique_ptr<Service> make_arm(const Clock& clock, std::string tenant_id);

}  // namespace regent::simulator
