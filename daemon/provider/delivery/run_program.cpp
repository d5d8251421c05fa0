#include "provider/delivery/run_program.hpp"

#include "provider/delivery/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>

namespace regent::provider::delivery {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
}

/// Our end and the program's. A socket and not a pipe: a program that does not read must not end us by SIGPIPE.
struct Channel {
    std::array<int, 2> ends{-1, -1};
    Channel() { (void)::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()); }
    ~Channel() {
        close_end(0);
        close_end(1);
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    void close_end(std::size_t end) {
        if (ends[end] >= 0) ::close(ends[end]);
        ends[end] = -1;
    }
};

int start(const std::vector<std::string>& run, const std::vector<std::string>& environment, int input, pid_t& child) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t usual;
    sigemptyset(&usual);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) sigaddset(&usual, signal);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);  // of its own, so that all it starts can be ended with it
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    auto arguments = pointers(run), variables = pointers(environment);
    const int error =
        ::posix_spawn(&child, run.front().c_str(), &actions, &attributes, arguments.data(), variables.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

void feed(int channel, std::string_view input, Clock::time_point until) {
    while (!input.empty()) {
        pollfd ready{channel, POLLOUT, 0};
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        if (left <= 0ms || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return;
        const auto count = ::send(channel, input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count <= 0) return;
        input.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace

ProgramEnd run_program(const std::vector<std::string>& run, const std::vector<std::string>& environment,
                       std::string_view input, std::chrono::seconds timeout) {
    Channel channel;
    pid_t child = -1;
    if (channel.ends[0] < 0) return {false, false, words_of(errno)};
    if (const int error = start(run, environment, channel.ends[1], child); error != 0)
        return {false, false, fmt::format("{} cannot be run: {}", run.front(), words_of(error))};
    channel.close_end(1);
    const auto until = Clock::now() + timeout;
    feed(channel.ends[0], input, until);
    channel.close_end(0);
    int status = 0;
    bool killed = false;
    for (auto pause = 1ms;; pause = std::min(pause * 2, 50ms)) {
        const auto ended = ::waitpid(child, &status, killed ? 0 : WNOHANG);
        if (ended == child) break;
        if (ended < 0 && errno != EINTR) return {false, true, words_of(errno)};
        if (Clock::now() >= until && !killed) {
            ::kill(-child, SIGKILL);
            killed = true;
            continue;
        }
        std::this_thread::sleep_for(pause);
    }
    if (killed) return {false, true, fmt::format("it took longer than {} s and was ended", timeout.count())};
    if (WIFSIGNALED(status)) return {false, true, fmt::format("it was killed by signal {}", WTERMSIG(status))};
    if (WEXITSTATUS(status) != 0) return {false, true, fmt::format("it ended with {}", WEXITSTATUS(status))};
    return {true, true, {}};
}

}  // namespace regent::provider::delivery
