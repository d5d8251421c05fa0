#include "provider/graph/patient_write.hpp"

#include "net/retry.hpp"
#include "provider/graph/graph_errors.hpp"

#include <algorithm>
#include <utility>

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
    auto grace_of_absence = patience.fresh ? patience.grace : std::min(patience.grace, grace_of_the_old);
    bool asked = !patience.worth;
    for (milliseconds pause = 1s;; pause = std::min(pause * 2, longest_pause)) {
        auto answer = send();
        if (!answer || answer->ok()) return answer;
        const bool busy = is_concurrent_write(*answer);
        const bool absent = is_not_replicated_yet(*answer);
        if (!busy && !absent && !is_still_enabled(*answer)) return answer;
        if (absent && !std::exchange(asked, true))
            grace_of_absence = std::min(grace_of_absence, patience.worth(*answer));
        const auto grace = busy ? patience.grace : grace_of_absence;
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
