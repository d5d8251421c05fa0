#pragma once

#include "service/http.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace regent::service {

/// What one client may cost.
struct HttpLimits {
    std::size_t connections = 64;  ///< above it, the connection that has been silent for longest gives way
    std::size_t waiting = 32;      ///< requests that wait for something to happen; above it 503
    std::uint32_t header_bytes = 8 * 1024;
    std::uint64_t body_bytes = std::uint64_t{64} * 1024;
    std::chrono::milliseconds patience{2000};        ///< for a whole request, and between bytes that a client takes
    std::chrono::milliseconds response_time{30000};  ///< for a whole response
    std::chrono::milliseconds longest_wait{60000};   ///< of a waiting request
};

struct UnixListener {
    std::filesystem::path path;
    std::string group = "regent-admin";  ///< may connect, besides the service's own user and root
};

struct TcpListener {
    std::string address = "127.0.0.1";  ///< loopback only
    std::uint16_t port = 9477;          ///< 0: any that is free
};

struct ListenError {
    std::string message, help;
};

/// An HTTP/1.1 server on one socket. Routes are asked in their order; they answer from what is published and must not
/// wait (see Answer::later). Every answer carries the headers that keep a browser from doing more than to show it.
class HttpServer {
public:
    using Listening = tl::expected<std::unique_ptr<HttpServer>, ListenError>;

    /// Listens at `listener.path`, mode 0660 and of the given group. A socket that a killed process left is replaced;
    /// one that somebody answers at is an error. Without that group on this machine, or the right to give the socket to
    /// it, the mode is 0600 and warnings() says so.
    [[nodiscard]] static Listening listen(const UnixListener& listener, std::vector<Route> routes,
                                          const HttpLimits& limits = {});
    [[nodiscard]] static Listening listen(const TcpListener& listener, std::vector<Route> routes,
                                          const HttpLimits& limits = {});

    /// Stops at once: open connections are cut, also those that wait. A unix socket's file is removed.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    void stop();
    [[nodiscard]] std::uint16_t port() const noexcept;  ///< of TCP
    [[nodiscard]] std::size_t connections() const noexcept;
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept;

private:
    struct Parts;
    explicit HttpServer(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace regent::service
