#pragma once

#include "net/clock.hpp"

namespace regent::net {

/// The machine's clock. `sleep_for` ends early once `interrupt()` was called, and stays that way: a process that was
/// asked to stop waits for nothing any more.
class SystemClock final : public Clock {
public:
    /// Throws std::system_error when the kernel has no descriptor left.
    SystemClock();
    ~SystemClock() override;
    SystemClock(const SystemClock&) = delete;
    SystemClock& operator=(const SystemClock&) = delete;

    [[nodiscard]] std::chrono::system_clock::time_point now() const override;
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override;
    bool sleep_for(std::chrono::milliseconds duration) override;

    /// Wakes every sleeper, now and later. Safe in a signal handler: one write to an eventfd.
    void interrupt() noexcept;
    [[nodiscard]] bool interrupted() const noexcept;

private:
    int event_ = -1;
};

/// Random bits from the kernel (getrandom(2)): good enough for identifiers that nobody should guess.
class SystemRng final : public Rng {
public:
    std::uint64_t next() override;
};

}  // namespace regent::net
