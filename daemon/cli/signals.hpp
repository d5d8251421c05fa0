#pragma once

#include <atomic>
#include <functional>

namespace regent::cli {

/// While it lives, the first SIGINT or SIGTERM asks for a stop and calls `on_first` (from the handler: it must only do
/// what a signal handler may); the second SIGINT ends the process at once with 130. One at a time.
class SignalWatch {
public:
    explicit SignalWatch(std::function<void()> on_first);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    [[nodiscard]] const std::atomic<bool>& stop_requested() const noexcept;
    [[nodiscard]] bool by_terminate() const noexcept;
};

}  // namespace regent::cli
