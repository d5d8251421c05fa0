#pragma once

#include "net/clock.hpp"
#include "net/transport.hpp"

#include <memory>
#include <string>

namespace regent::net {

/// Whether a transport can go through it: "http://host:port", and no other part.
[[nodiscard]] bool is_proxy_address(const std::string& proxy);

/// The same promises as the transport over cpprestsdk, kept by libcurl: the second source, in case the first has no
/// future. Differs where libcurl knows more: interim (1xx) responses are skipped rather than refused, and a request
/// that ran out of time before its first byte left is Fate::not_sent rather than unknown. Throws std::invalid_argument
/// when an allowed origin or the proxy is not an address.
[[nodiscard]] std::unique_ptr<Transport> make_curl_transport(TransportOptions options, Rng& rng);

/// For receivers that have nothing to say but whether they took what was posted: an answer is complete with its header
/// section, and its body is read and thrown away. A body without a length, one that is too large, compressed or cut
/// short, a connection that dies in the middle of it: none of that makes a 200 less of one.
[[nodiscard]] std::unique_ptr<Transport> make_posting_transport(TransportOptions options, Rng& rng);

}  // namespace regent::net
