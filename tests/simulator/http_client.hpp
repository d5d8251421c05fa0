#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::simulator::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// An answer as it came off the wire.
struct HttpReply {
    int status = 0;  ///< 0: the connection ended before a whole head had come
    Headers headers;
    std::string body;
    bool complete = false;  ///< all that Content-Length promised has come
    nlohmann::json json;    ///< null when the body is no JSON

    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;  ///< names compared without case
    [[nodiscard]] std::string code() const;     ///< error.code of Graph's error body, or ""
    [[nodiscard]] std::string message() const;  ///< error.message
};

/// A blocking HTTP/1.1 client on one connection to 127.0.0.1, written on sockets alone: neither the service's client
/// nor the simulator's server has a hand in it. Connects when it must, and again after the server has closed.
class HttpClient {
public:
    enum class Tls { no, trust_anything };
    explicit HttpClient(std::uint16_t port, Tls tls = Tls::no);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    HttpClient(HttpClient&&) noexcept;

    /// A request with Host and, where there is a body or a writing method, Content-Length.
    HttpReply send(const std::string& method, const std::string& target, const Headers& headers = {},
                   const std::string& body = {});
    /// `message` is the whole request, byte by byte.
    HttpReply send_raw(const std::string& message);
    void disconnect();

private:
    struct Connection;
    std::uint16_t port_;
    Tls tls_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace regent::simulator::test
