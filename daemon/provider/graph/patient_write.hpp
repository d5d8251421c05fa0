#pragma once

#include "provider/graph/graph_client.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace regent::provider::graph {

/// How long a refusal may be taken for "not yet".
struct Patience {
    std::string what;   ///< as in GraphClient
    bool fresh = true;  ///< the object was made, or a scope of it disabled, moments ago: a replica may not know it for
                        ///< minutes
    std::chrono::milliseconds grace{0};
    std::function<void(std::string_view)> progress;  ///< may be empty
    /// Asked once, with the first answer that says that something is not there: how long it is worth waiting. Empty: as
    /// long as the above say; never longer.
    std::function<std::chrono::milliseconds(const GraphAnswer&)> worth = {};
};

/// Sends again while the directory does not know the object yet or is busy with another write on it, with pauses of 1,
/// 2, 4, 8 seconds and on or what Retry-After says, up to the grace: what was refused so was not done, so this holds
/// for requests without a key too. Returns the answer that stood; of the last one when the time is up.
///
/// An object that is not fresh gets seconds only: what one replica showed a moment ago, another may not know.
/// https://learn.microsoft.com/entra/architecture/architecture
[[nodiscard]] tl::expected<GraphAnswer, ProviderError> until_accepted(
    GraphClient& client, const Patience& patience,
    const std::function<tl::expected<GraphAnswer, ProviderError>()>& send);

}  // namespace regent::provider::graph
