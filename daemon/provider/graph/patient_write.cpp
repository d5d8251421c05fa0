#include "provider/graph/patient_write.hpp"

#include "net/retry.hpp"
#include "provider/graph/graph_errors.hpp"

#include <algorithm>

namespace regent::provider::graph {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds longest_pause = 15s;
constexpr milliseconds grace_of_the_old = 15s;

}  // namespace

tl::expected<GraphAnswer, ProviderError> until_accepted(
    GraphClient& client, const Patience& patience,
    const std::function<tl::expected<GraphAnswer, ProviderError>()>& send) {
    milliseconds waited{0};
    for (milliseconds pause = 1s;; pause = std::min(pause * 2, longest_pause)) {
        auto answer = send();
        if (!answer || answer->ok()) return answer;
        const bool busy = is_concurrent_write(*answer);
        if (!busy && !is_not_replicated_yet(*answer) && !is_still_enabled(*answer)) return answer;
        const auto grace = busy || patience.fresh ? patience.grace : std::min(patience.grace, grace_of_the_old);
        if (waited >= grace) return answer;
        auto wait = net::parse_retry_after(answer->retry_after, client.now()).value_or(pause);
        wait = std::clamp(wait, milliseconds(1), grace - waited);
        if (patience.progress)
            patience.progress(busy ? "another write is under way" : "waiting until Entra knows it everywhere");
        if (!client.wait(wait)) return tl::unexpected(client.stopped(patience.what));
        waited += wait;
    }
}

}  // namespace regent::provider::graph
