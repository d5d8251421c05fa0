#pragma once

#include "net/transport.hpp"

#include <functional>
#include <memory>
#include <string>

namespace regent::provider::graph {

/// Told of each answer that came inside of a batch: for who counts what is refused. From the threads that send.
using InnerAnswer = std::function<void(const net::Request& request, const net::Outcome& outcome)>;

/// A transport that puts writes on different objects, sent by several threads at about the same time, into one
/// `$batch`. Its callers see nothing of it: each gets the answer to its own request, or what became of it.
///
/// - Only what may be sent twice without harm, since a lost answer leaves every write of a batch in doubt. Secrets are
///   never in one.
/// - Of one object at most one write: those of a batch run in any order, or at once.
/// - An answer about the batch as a whole (401, 429, 5xx) is given to every one of its writes; what says that the batch
///   was not understood has them sent one by one.
/// - A write waits for others while they come, at most a tenth of a second. One that stays alone is sent as it is.
///
/// Everything else goes to `inner` unchanged. https://learn.microsoft.com/graph/json-batching
[[nodiscard]] std::unique_ptr<net::Transport> make_batched_writes(net::Transport& inner, std::string graph_origin,
                                                                  InnerAnswer told = {});

}  // namespace regent::provider::graph
