#include "net/system_clock.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace regent::net {

SystemClock::SystemClock() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

SystemClock::~SystemClock() {
    ::close(event_);
}

std::chrono::system_clock::time_point SystemClock::now() const {
    return std::chrono::system_clock::now();
}

std::chrono::steady_clock::time_point SystemClock::monotonic() const {
    return std::chrono::steady_clock::now();
}

bool SystemClock::sleep_for(std::chrono::milliseconds duration) {
    const auto end = monotonic() + duration;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - monotonic()).count();
        // An hour at a time: poll takes an int, and a signal may end it early anyway.
        pollfd watched{event_, POLLIN, 0};
        const int ready = ::poll(&watched, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
        if (ready > 0) return false;
        if (monotonic() >= end) return true;
    }
}

void SystemClock::interrupt() noexcept {
    const int saved = errno;
    const std::uint64_t one = 1;
    // The counter is never read, so the descriptor stays readable for every sleeper to come. A full counter says the
    // same.
    [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
    errno = saved;
}

bool SystemClock::interrupted() const noexcept {
    pollfd watched{event_, POLLIN, 0};
    return ::poll(&watched, 1, 0) > 0;
}

std::uint64_t SystemRng::next() {
    std::uint64_t bits = 0;
    auto* at = reinterpret_cast<unsigned char*>(&bits);
    std::size_t have = 0;
    while (have < sizeof bits) {
        const auto got = ::getrandom(at + have, sizeof bits - have, 0);
        if (got > 0) {
            have += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
    }
    return bits;
}

}  // namespace regent::net
