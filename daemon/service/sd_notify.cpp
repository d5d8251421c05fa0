#include "service/sd_notify.hpp"

#include "service/shown_text.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

namespace regent::service {

namespace {

/// `systemctl status` cuts at the terminal's width; more than this nobody sees.
constexpr std::size_t max_status_bytes = 500;

std::optional<std::uint64_t> number_in(const char* text) {
    if (text == nullptr) return std::nullopt;
    const auto* end = text + std::strlen(text);
    std::uint64_t value = 0;
    const auto read = std::from_chars(text, end, value);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

// CLOCK_MONOTONIC itself and not steady_clock: systemd compares it with its own.
std::uint64_t monotonic_usec() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

std::string status_field(std::string_view text) {
    return "STATUS=" + shown(text, max_status_bytes);
}

}  // namespace

std::optional<std::chrono::microseconds> watchdog_asked(const char* usec, const char* watched_pid, long pid) {
    const auto interval = number_in(usec);
    // The type of "infinity" in systemd is the greatest number: no watchdog either.
    if (!interval || *interval == 0 || *interval > INT64_MAX) return std::nullopt;
    if (watched_pid != nullptr && number_in(watched_pid) != static_cast<std::uint64_t>(pid)) return std::nullopt;
    return std::chrono::microseconds(static_cast<std::int64_t>(*interval));
}

ServiceManager::ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog)
    : socket_(std::move(socket)), watchdog_(watchdog) {
    const bool addressable = socket_.size() > 1 && (socket_.front() == '/' || socket_.front() == '@') &&
                             socket_.size() < sizeof(sockaddr_un::sun_path);
    if (!addressable) return;
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return;
    // READY may not be lost to a full queue, so a send waits; the loop may not hang on systemd, so not for long.
    const timeval patience{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

ServiceManager::ServiceManager(ServiceManager&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), socket_(std::move(other.socket_)), watchdog_(other.watchdog_) {}

ServiceManager& ServiceManager::operator=(ServiceManager&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(socket_, other.socket_);
    std::swap(watchdog_, other.watchdog_);
    return *this;
}

ServiceManager::~ServiceManager() {
    if (fd_ >= 0) ::close(fd_);
}

ServiceManager ServiceManager::from_environment() {
    const auto* socket = std::getenv("NOTIFY_SOCKET");
    if (socket == nullptr) return {};
    return {socket, watchdog_asked(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID"), ::getpid())};
}

bool ServiceManager::ready(std::string_view status) const {
    return send("READY=1\n" + status_field(status));
}

bool ServiceManager::reloading() const {
    return send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_usec()));
}

bool ServiceManager::stopping(std::string_view status) const {
    return send("STOPPING=1\n" + status_field(status));
}

bool ServiceManager::status(std::string_view text) const {
    return send(status_field(text));
}

bool ServiceManager::watchdog() const {
    return send("WATCHDOG=1");
}

bool ServiceManager::watchdog_trigger() const {
    return send("WATCHDOG=trigger");
}

bool ServiceManager::extend_timeout(std::chrono::microseconds longer) const {
    return send(fmt::format("EXTEND_TIMEOUT_USEC={}", longer.count()));
}

bool ServiceManager::send(const std::string& datagram) const {
    if (fd_ < 0) return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    // Without the terminating zero: in an abstract name it would count.
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    ssize_t sent = 0;
    do {
        sent = ::sendto(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL,
                        reinterpret_cast<const sockaddr*>(&address), length);
    } while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(datagram.size());
}

}  // namespace regent::service
