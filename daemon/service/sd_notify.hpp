#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace regent::service {

/// What the service manager is told over $NOTIFY_SOCKET. Everything is a no-op when there is none.
///
/// Written here rather than taken from libsystemd: the protocol is one datagram and promised to stay
/// (https://systemd.io/PORTABILITY_AND_STABILITY), the library would bring compression and cryptography into a process
/// that holds credentials, and tests can listen on a socket of their own. Callable from any thread; a send waits at
/// most a second, and whether it arrived is told but needs nobody's attention.
class ServiceManager {
public:
    /// Nobody is told anything.
    ServiceManager() = default;
    /// `socket`: a path, or "@name" for an abstract socket. `watchdog`: how often the manager wants a sign of life.
    ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog);
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;
    ServiceManager(ServiceManager&& other) noexcept;
    ServiceManager& operator=(ServiceManager&& other) noexcept;
    ~ServiceManager();

    /// From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    [[nodiscard]] static ServiceManager from_environment();

    [[nodiscard]] bool present() const noexcept { return fd_ >= 0; }
    /// The service is killed when no watchdog() arrives for this long: send one every third of it.
    [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval() const noexcept { return watchdog_; }

    /// Up, or done with reloading. `status` as in status().
    bool ready(std::string_view status) const;
    /// A reload begins; ready() ends it, also when the new configuration was refused. Names the moment on the monotonic
    /// clock in the same datagram, as systemd 253 and later want it.
    bool reloading() const;
    bool stopping(std::string_view status) const;
    /// One line for `systemctl status`. Shown as foreign text is: control characters and credentials taken out, cut.
    bool status(std::string_view text) const;
    bool watchdog() const;
    /// An invariant is broken: be killed and started again now rather than at the end of the interval.
    bool watchdog_trigger() const;
    /// Starting, reloading or stopping takes `longer` from now on; to be repeated while work goes on.
    bool extend_timeout(std::chrono::microseconds longer) const;

private:
    bool send(const std::string& datagram) const;

    int fd_ = -1;
    std::string socket_;
    std::optional<std::chrono::microseconds> watchdog_;
};

/// What WATCHDOG_USEC and WATCHDOG_PID ask of the process `pid`: nothing when they are unset, malformed, zero or meant
/// for another process. https://www.freedesktop.org/software/systemd/man/252/sd_watchdog_enabled.html
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_asked(const char* usec, const char* watched_pid,
                                                                      long pid);

}  // namespace regent::service
