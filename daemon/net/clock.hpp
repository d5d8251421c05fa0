#pragma once

#include <chrono>
#include <cstdint>

namespace regent::net {

/// Time, handed in: retries and token expiry can then be tested without waiting.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;        ///< wall time
    [[nodiscard]] virtual std::chrono::steady_clock::time_point monotonic() const = 0;  ///< for durations
    /// Waits. Returns false at once, or as soon as the wait is interrupted, when the process was asked to stop.
    virtual bool sleep_for(std::chrono::milliseconds duration) = 0;
};

/// Chance, handed in: jitter and request ids.
class Rng {
public:
    virtual ~Rng() = default;
    virtual std::uint64_t next() = 0;  ///< uniform over 64 bits; callable from many threads
};

}  // namespace regent::net
