#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

namespace regent::net {

/// Who may enter a transport: at most `limit` calls at once, none once it is closing.
class ParallelLimit {
public:
    explicit ParallelLimit(std::size_t limit) : limit_(limit == 0 ? 1 : limit) {}

    /// Waits for a place until `deadline`. Nothing when there is one, which leave() gives back; otherwise why not.
    [[nodiscard]] std::optional<std::string> why_not_entered(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        ++present_;
        const bool free = changed_.wait_until(lock, deadline, [this] { return closed_ || inside_ < limit_; });
        if (free && !closed_) {
            ++inside_;
            return std::nullopt;
        }
        --present_;
        changed_.notify_all();
        return closed_ ? "the transport is closed" : "too many requests were under way for the time allowed";
    }

    void leave() {
        const std::lock_guard lock(mutex_);
        --inside_;
        --present_;
        changed_.notify_all();
    }

    /// Lets nobody in any more; those who wait are turned away.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

    [[nodiscard]] bool closed() const {
        const std::lock_guard lock(mutex_);
        return closed_;
    }

    /// Blocks until everybody who came has left.
    void wait_until_empty() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return present_ == 0; });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t limit_;
    std::size_t inside_ = 0;   ///< granted
    std::size_t present_ = 0;  ///< granted or waiting
    bool closed_ = false;
};

}  // namespace regent::net
