#pragma once

#include "provider/connectors/powerapps/connector_match.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/read_progress.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace regent::provider::powerapps {

/// Runs `work(0) … work(count - 1)` on at most `threads` threads and returns the first error, if any; the rest is then
/// not begun.
template <typename Work>
tl::expected<void, ProviderError> for_each_index(std::size_t count, int threads, const Work& work) {
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

/// A connector of a list; its definition is still to be read.
[[nodiscard]] FoundConnector found_in(const std::string& environment, nlohmann::json connector);

/// Reads the definition, takes regent's mark out of it, and undoes what the service does to definitions.
[[nodiscard]] tl::expected<void, ProviderError> read_definition(PowerAppsClient& client, FoundConnector& found,
                                                                ReadPart& part);

}  // namespace regent::provider::powerapps
