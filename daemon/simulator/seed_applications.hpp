#pragma once

#include "simulator/directory.hpp"

#include <cstddef>

namespace regent::simulator {

/// Adds `count` applications as tenants have them: a redirect URI each, a secret, one or two federated credentials, a
/// service principal. Named app-00000 and on.
void seed_applications(Directory& directory, std::size_t count);

}  // namespace regent::simulator
