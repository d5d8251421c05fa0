#include "source/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace regent::source {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_output = std::size_t{64} * 1024;
/// How often `stop` is looked at.
constexpr std::chrono::milliseconds glance{50};

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { close(); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool open() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

struct Pipe {
    Descriptor read_end, write_end;
    bool make() {
        int ends[2];
        // Numbers above those that the child gets by dup2, or one could be overwritten before it is copied.
        if (::pipe2(ends, O_CLOEXEC) != 0) return false;
        read_end = Descriptor(::fcntl(ends[0], F_DUPFD_CLOEXEC, 10));
        write_end = Descriptor(::fcntl(ends[1], F_DUPFD_CLOEXEC, 10));
        ::close(ends[0]);
        ::close(ends[1]);
        return read_end.open() && write_end.open();
    }
};

/// Text in a nameless file of memory: nothing to remove, and nobody else can open it by name.
Descriptor in_memory(const std::string& text) {
    const Descriptor raw(::memfd_create("regent", MFD_CLOEXEC));
    if (!raw.open()) return {};
    for (std::size_t at = 0; at < text.size();) {
        const auto written = ::write(raw.get(), text.data() + at, text.size() - at);
        if (written <= 0) return {};
        at += static_cast<std::size_t>(written);
    }
    ::lseek(raw.get(), 0, SEEK_SET);
    return Descriptor(::fcntl(raw.get(), F_DUPFD_CLOEXEC, 10));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (auto& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

/// Returns 0 or an errno.
int spawn(const Command& command, int in, int out, int err, int attachment, pid_t& child) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    posix_spawn_file_actions_adddup2(&actions, attachment, 3);
    posix_spawn_file_actions_addclosefrom_np(&actions, 4);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    // The parent may block or ignore signals for reasons of its own; the child begins as programs expect to.
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> arguments{command.program.filename().string()};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    auto environment = command.environment;
    const auto argv = pointers(arguments);
    const auto envp = pointers(environment);
    const int code = ::posix_spawn(&child, command.program.c_str(), &actions, &attributes, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return code;
}

/// Reads what is there. False at the end of the stream.
bool take(const Descriptor& from, std::string& into) {
    std::array<char, 8192> buffer;
    const auto count = ::read(from.get(), buffer.data(), buffer.size());
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    const auto room = max_output - std::min(max_output, into.size());
    into.append(buffer.data(), std::min(room, static_cast<std::size_t>(count)));
    return count > 0;
}

/// A started process that is never left behind.
class Child {
public:
    explicit Child(pid_t id) : id_(id) {}
    ~Child() {
        if (!reaped_) kill_and_reap();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Leaves it unreaped: as long as it is, its number, and that of its group, cannot be given to anybody else.
    [[nodiscard]] bool has_ended() const {
        siginfo_t info{};
        const int code = ::waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT);
        return (code == 0 && info.si_pid == id_) || (code < 0 && errno == ECHILD);
    }
    /// Ends whatever it left behind in its group, too.
    int kill_and_reap() {
        ::kill(-id_, SIGKILL);
        int status = 0;
        while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
        reaped_ = true;
        return status;
    }

private:
    pid_t id_;
    bool reaped_ = false;
};

/// Both streams of a running program.
class Streams {
public:
    Streams(Descriptor out, Descriptor err) : out_(std::move(out)), err_(std::move(err)) {}

    /// Waits for at most `time`; true when something came or ended.
    bool read_some(std::chrono::milliseconds time, Outcome& into) {
        std::array<pollfd, 2> events{pollfd{out_.get(), POLLIN, 0}, pollfd{err_.get(), POLLIN, 0}};
        if (::poll(events.data(), events.size(), static_cast<int>(time.count())) <= 0) return false;
        if (events[0].revents != 0 && !take(out_, into.output)) out_.close();
        if (events[1].revents != 0 && !take(err_, into.errors)) err_.close();
        return true;
    }
    [[nodiscard]] bool ended() const { return !out_.open() && !err_.open(); }

private:
    Descriptor out_, err_;
};

}  // namespace

Outcome run_command(const Command& command, const std::atomic<bool>& stop) {
    Outcome outcome;
    const auto deadline = Clock::now() + command.limit;
    Pipe out;
    Pipe err;
    const auto in = in_memory(command.input);
    const auto attachment = in_memory(command.attachment);
    if (!in.open() || !attachment.open() || !out.make() || !err.make()) {
        outcome.status = errno;
        return outcome;
    }
    pid_t id = 0;
    outcome.status = spawn(command, in.get(), out.write_end.get(), err.write_end.get(), attachment.get(), id);
    if (outcome.status != 0) return outcome;
    Child child(id);
    out.write_end.close();
    err.write_end.close();
    Streams streams(std::move(out.read_end), std::move(err.read_end));

    while (!child.has_ended()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (stop || left.count() <= 0) {
            outcome.end = stop ? Outcome::End::stopped : Outcome::End::out_of_time;
            child.kill_and_reap();
            return outcome;
        }
        // Streams that are closed say that its end is near; it may also have closed them and gone on.
        const auto time = streams.ended() ? std::chrono::milliseconds(1) : std::min(left, glance);
        streams.read_some(time, outcome);
    }
    const int status = child.kill_and_reap();
    while (!streams.ended() && streams.read_some(glance, outcome)) continue;
    outcome.end = WIFSIGNALED(status) ? Outcome::End::killed_by_signal : Outcome::End::exited;
    outcome.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return outcome;
}

}  // namespace regent::source
