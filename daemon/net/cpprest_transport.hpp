#pragma once

#include "net/clock.hpp"
#include "net/transport.hpp"

#include <memory>

namespace regent::net {

/// The transport over cpprestsdk.
///
/// Its first use in a process sizes the library's thread pool (4 threads) for good. A process that has used it must not
/// fork without exec: the library's threads are not in the child.
///
/// Every request carries a `client-request-id`: the caller's, else a random one from `rng`; an answer that echoes
/// another one is Fate::unknown. `rng` must outlive the transport. Destroying the transport ends requests in flight:
/// their callers get Fate::unknown first.
///
/// Known limits, none of which this library lets us set: the time a dead name server blocks the look-up of others, and
/// the size of a response's header section (what exceeds 256 KiB is refused, but only after it was read). Both need a
/// trusted peer and `MemoryMax=`.
///
/// Throws std::invalid_argument when an allowed origin or the proxy is not an address.
[[nodiscard]] std::unique_ptr<Transport> make_cpprest_transport(TransportOptions options, Rng& rng);

}  // namespace regent::net
