#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace regent::interop {

struct HttpReply {
    int status = 0;
    std::string head;  ///< status line and headers, as received
    std::string body;
};

/// One HTTP/1.1 request to 127.0.0.1 over a connection of its own; headers and target go out exactly as given. Neither
/// the service's client nor the simulator's server has a hand in it, so that both are held to the protocol. Throws when
/// the connection breaks.
inline HttpReply exchange(std::uint16_t port, const std::string& method, const std::string& target,
                          const std::vector<std::pair<std::string, std::string>>& headers = {},
                          const std::string& body = {}) {
    struct Socket {
        int handle = ::socket(AF_INET, SOCK_STREAM, 0);
        Socket() = default;
        Socket(const Socket&) = delete;
        Socket& operator=(const Socket&) = delete;
        ~Socket() { ::close(handle); }
    } socket;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect");

    auto message =
        method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nConnection: close\r\n";
    for (const auto& [name, value] : headers) message += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST" || method == "PATCH" || method == "PUT")
        message += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    message += "\r\n" + body;
    for (std::size_t sent = 0; sent < message.size();) {
        const auto count = ::send(socket.handle, message.data() + sent, message.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) throw std::runtime_error("the connection broke while sending");
        sent += static_cast<std::size_t>(count);
    }
    std::string received;
    char buffer[16384];
    for (ssize_t count; (count = ::recv(socket.handle, buffer, sizeof buffer, 0)) > 0;)
        received.append(buffer, static_cast<std::size_t>(count));

    const auto end = received.find("\r\n\r\n");
    if (received.rfind("HTTP/1.1 ", 0) != 0 || end == std::string::npos) throw std::runtime_error("no HTTP answer");
    return {std::atoi(received.c_str() + 9), received.substr(0, end), received.substr(end + 4)};
}

}  // namespace regent::interop
