#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace regent::net {

/// For every origin, the moment before which nothing may be sent to it. A throttled answer closes the gate for all
/// threads: requests sent while throttled count against the limit and prolong it.
/// https://learn.microsoft.com/graph/throttling
class OriginGate {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// Nothing may be sent to `origin` before `moment`. Never opens earlier than it was told before.
    void close_until(const std::string& origin, Moment moment) {
        const std::lock_guard lock(mutex_);
        auto& opens = opens_[origin];
        opens = std::max(opens, moment);
    }

    /// Puts `pause` before the next request to `origin`. The pauses that several threads' answers ask for add up, to
    /// five seconds.
    void slow_down(const std::string& origin, Moment now, std::chrono::milliseconds pause) {
        const std::lock_guard lock(mutex_);
        auto& opens = opens_[origin];
        opens = std::max(opens, std::min(std::max(opens, now) + pause, now + std::chrono::seconds(5)));
    }

    [[nodiscard]] std::chrono::milliseconds wait_for(const std::string& origin, Moment now) const {
        const std::lock_guard lock(mutex_);
        const auto found = opens_.find(origin);
        if (found == opens_.end() || found->second <= now) return std::chrono::milliseconds(0);
        return std::chrono::ceil<std::chrono::milliseconds>(found->second - now);
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, Moment> opens_;
};

}  // namespace regent::net
