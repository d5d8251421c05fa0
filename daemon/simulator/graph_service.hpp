#pragma once

#include "simulator/directory.hpp"
#include "simulator/service.hpp"

#include <memory>

namespace regent::simulator {

/// Microsoft Graph v1.0, as far as app registrations go. `directory` outlives it.
[[nodiscard]] std::unique_ptr<Service> make_graph(Directory& directory);

}  // namespace regent::simulator
