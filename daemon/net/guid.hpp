#pragma once

#include "net/clock.hpp"

#include <string>

namespace regent::net {

/// A random GUID (RFC 9562, version 4), lower case: "1b4e28ba-2fa1-41d2-883f-0016d3cca427".
[[nodiscard]] std::string make_guid(Rng& rng);

}  // namespace regent::net
