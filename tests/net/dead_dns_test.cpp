#include "net/transports.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace regent::net;
using namespace regent::net::test;
using namespace std::chrono_literals;

namespace {

constexpr int cannot_isolate = 77;

/// A network of the process's own, in which the name server that resolv.conf names (we mount one of ours) takes every
/// question and never answers: a UDP socket that nobody reads.
bool live_with_a_dead_name_server() {
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return false;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    char file[] = "/tmp/regent-resolv-XXXXXX";
    const int descriptor = ::mkstemp(file);
    constexpr char text[] = "nameserver 127.0.0.53\noptions timeout:30 attempts:3\n";
    if (descriptor < 0 || ::write(descriptor, text, sizeof text - 1) != sizeof text - 1) return false;
    const bool mounted = ::mount(file, "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == 0;
    ::unlink(file);
    if (!mounted) return false;

    const int control = ::socket(AF_INET, SOCK_DGRAM, 0);
    ifreq loopback{};
    std::strcpy(loopback.ifr_name, "lo");
    loopback.ifr_flags = IFF_UP;
    if (::ioctl(control, SIOCSIFFLAGS, &loopback) != 0) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    ::inet_pton(AF_INET, "127.0.0.53", &address.sin_addr);
    const int name_server = ::socket(AF_INET, SOCK_DGRAM, 0);
    return ::bind(name_server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

/// In a child of its own that has run nothing of the libraries yet. Exits 0 when the deadline held.
[[noreturn]] void try_in_isolation(const Maker& maker) {
    if (!live_with_a_dead_name_server()) ::_exit(cannot_isolate);
    ::alarm(25);  // the name look-up itself would take 90 s
    UnderTest transport(maker, {"https://graph.microsoft.com"});
    auto request = get("https://graph.microsoft.com", "/v1.0/x");
    request.timeout = 500ms;
    const auto outcome = transport.send(request);
    ::_exit(outcome.fate == Fate::answered ? 1 : 0);
}

}  // namespace

TEST_CASE("a name server that never answers does not hold a call beyond its deadline", "[net][transport][dns]") {
    // The child is a new program: the libraries' threads are not in a forked one.
    if (const char* chosen = std::getenv("REGENT_TEST_DEAD_DNS")) {
        for (const auto& maker : all_transports()) {
            if (maker.name == std::string(chosen)) try_in_isolation(maker);
        }
    }
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::setenv("REGENT_TEST_DEAD_DNS", maker.name, 1);
        ::execl("/proc/self/exe", "test_net", "[dns]", nullptr);
        ::_exit(126);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == cannot_isolate) {
        WARN("skipped: a network namespace of our own needs root (CAP_SYS_ADMIN)");
        return;
    }
    CAPTURE(status);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
