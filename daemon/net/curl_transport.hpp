#pragma once

#include "net/clock.hpp"
#include "net/transport.hpp"

#include <memory>

namespace regent::net {

/// The same promises as the transport over cpprestsdk, kept by libcurl: the second source, in case the first has no
/// future. Differs where libcurl knows more: interim (1xx) responses are skipped rather than refused, and a request
/// that ran out of time before its first byte left is Fate::not_sent rather than unknown. Throws std::invalid_argument
/// when an allowed origin or the proxy is not an address.
[[nodiscard]] std::unique_ptr<Transport> make_curl_transport(TransportOptions options, Rng& rng);

}  // namespace regent::net
