#pragma once

#include "provider/graph/graph_client.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace regent::provider::graph {

/// A handful of reads on their way through `$batch`: what to ask for next, and what has come.
/// https://learn.microsoft.com/graph/json-batching
class Batch {
public:
    /// Reads `paths[first] … paths[first + count - 1]`, at most 20 of them. `paths` must outlive the batch.
    Batch(const std::vector<std::string>& paths, std::size_t first, std::size_t count);

    [[nodiscard]] bool done() const noexcept { return open_.empty(); }
    /// How many have no answer yet.
    [[nodiscard]] std::size_t open() const noexcept { return open_.size(); }
    /// The body of the next request: everything that has no answer yet.
    [[nodiscard]] nlohmann::json next_request() const;
    /// Takes the answers in: bodies of 200 into `into` at the index of their path, null for 404. Returns what is wrong
    /// with the answer as a whole; empty when nothing is.
    [[nodiscard]] std::string take(const nlohmann::json& answer, const std::string& request_id,
                                   std::chrono::system_clock::time_point now, std::vector<nlohmann::json>& into);
    /// An inner answer that asking again will not change, or has not; null pointer when there is none.
    [[nodiscard]] const GraphAnswer* refusal() const noexcept { return refusal_ ? &*refusal_ : nullptr; }
    /// How long to wait before the next request; zero when there is none to make.
    [[nodiscard]] std::chrono::milliseconds wait() const noexcept { return wait_; }
    /// True when that is because of throttling; otherwise something is not well there.
    [[nodiscard]] bool throttled() const noexcept { return throttled_; }

private:
    [[nodiscard]] std::chrono::milliseconds wait_asked_by(const GraphAnswer& inner,
                                                          std::chrono::system_clock::time_point now) const;
    std::string take_one(const nlohmann::json& response, const std::string& request_id,
                         std::vector<nlohmann::json>& into);

    const std::vector<std::string>& paths_;
    std::vector<std::size_t> open_;
    std::optional<GraphAnswer> refusal_;
    std::chrono::milliseconds wait_{0};
    bool throttled_ = false;
    int rounds_ = 0;
};

}  // namespace regent::provider::graph
