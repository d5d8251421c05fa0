#pragma once

#include "provider/provider_error.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace regent::provider {

/// Runs `work(0) … work(count - 1)` on at most `threads` threads and returns the first error, if any; what has not
/// begun by then is left out.
template <typename Work>
[[nodiscard]] tl::expected<void, ProviderError> for_each_index(std::size_t count, int threads, const Work& work) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::optional<ProviderError> failed;
    const auto run = [&] {
        for (auto i = next++; i < count; i = next++) {
            auto result = work(i);
            if (result) continue;
            const std::lock_guard lock(mutex);
            if (!failed) failed = std::move(result.error());
            next = count;
        }
    };
    std::vector<std::jthread> pool;
    for (int i = 1; i < threads && static_cast<std::size_t>(i) < count; ++i) pool.emplace_back(run);
    run();
    pool.clear();
    if (failed) return tl::unexpected(std::move(*failed));
    return {};
}

}  // namespace regent::provider
