#pragma once

#include "controller/tenant.hpp"
#include "net/transport.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace regent::controller {

/// See net::TransportOptions::pinned_certificates.
using CertificatePins = std::map<std::string, std::string>;

/// The HTTP library that `options` name, or the build's, allowed to speak to `origins`. `rng` outlives it.
[[nodiscard]] std::unique_ptr<net::Transport> make_http_transport(const ConnectOptions& options,
                                                                  std::vector<std::string> origins, net::Rng& rng,
                                                                  CertificatePins pins = {});

}  // namespace regent::controller
