#pragma once

#include "controller/tenant.hpp"
#include "net/transport.hpp"

#include <memory>
#include <string>
#include <vector>

namespace regent::controller {

/// The HTTP library that `options` name, or the build's, allowed to speak to `origins`. `rng` outlives it.
[[nodiscard]] std::unique_ptr<net::Transport> make_http_transport(const ConnectOptions& options,
                                                                  std::vector<std::string> origins, net::Rng& rng);

}  // namespace regent::controller
