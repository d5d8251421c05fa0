#include "net/system_clock.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <thread>

using namespace regent::net;
using namespace std::chrono_literals;

namespace {

SystemClock* clock_of_handler = nullptr;
extern "C" void wake(int) {
    clock_of_handler->interrupt();
}

}  // namespace

TEST_CASE("a sleep lasts as long as asked", "[net][clock]") {
    SystemClock clock;
    const auto start = clock.monotonic();
    CHECK(clock.sleep_for(30ms));
    CHECK(clock.monotonic() - start >= 30ms);
    CHECK(clock.sleep_for(0ms));
    CHECK(clock.sleep_for(-5ms));
    CHECK_FALSE(clock.interrupted());
}

TEST_CASE("an interrupted clock wakes every sleeper and lets nobody sleep again", "[net][clock]") {
    SystemClock clock;
    std::atomic<int> woken = 0;
    std::vector<std::thread> sleepers;
    for (int i = 0; i < 4; ++i) {
        sleepers.emplace_back([&] {
            if (!clock.sleep_for(1h)) ++woken;
        });
    }
    std::this_thread::sleep_for(20ms);
    clock.interrupt();
    for (auto& sleeper : sleepers) sleeper.join();
    CHECK(woken == 4);
    CHECK(clock.interrupted());
    CHECK_FALSE(clock.sleep_for(1h));
}

TEST_CASE("a signal handler may interrupt the clock; other signals do not end a sleep", "[net][clock]") {
    SystemClock clock;
    clock_of_handler = &clock;
    const auto before = std::signal(SIGUSR2, wake);
    std::thread([&] {
        std::raise(SIGUSR2);
        CHECK_FALSE(clock.sleep_for(1h));
    }).join();
    std::signal(SIGUSR2, before);
}

TEST_CASE("the kernel's chance repeats nothing", "[net][clock]") {
    SystemRng rng;
    CHECK(rng.next() != rng.next());
}
