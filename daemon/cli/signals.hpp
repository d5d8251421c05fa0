#pragma once

#include <atomic>
#include <csignal>
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

/// SIGHUP ends a command, and has the service read its configuration again. Which of both a process is, its command
/// line says: until that is read, one that comes waits. Of the calling thread; before any other is started.
class HeldHangup {
public:
    HeldHangup();
    ~HeldHangup() { let_go(); }
    HeldHangup(const HeldHangup&) = delete;
    HeldHangup& operator=(const HeldHangup&) = delete;

    /// From now on it is as it was before: one that came meanwhile takes effect.
    void let_go();
    /// It waits for good, for who asks for it.
    void keep() { is_held_ = false; }

private:
    sigset_t before_{};
    bool is_held_ = true;
};

}  // namespace regent::cli
