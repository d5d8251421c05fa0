#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace regent::service::testing {

/// The other end of a datagram socket: what systemd or the journal would read.
class Listener {
public:
    /// Binds `address`: a path, or "@name" for an abstract socket.
    explicit Listener(std::string address);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// The next datagram; nothing when none comes in time.
    [[nodiscard]] std::optional<std::string> next(std::chrono::milliseconds patience = std::chrono::seconds(5));
    [[nodiscard]] const std::string& address() const noexcept { return address_; }

private:
    std::string address_;
    int fd_ = -1;
};

/// An address that no other test or process uses.
[[nodiscard]] std::string fresh_path();
[[nodiscard]] std::string fresh_abstract_name();

}  // namespace regent::service::testing
