#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace regent::tests {

/// A socket and nothing more: tests send what no library would.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);  ///< 127.0.0.1
    explicit RawClient(const std::filesystem::path& unix_socket);
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    [[nodiscard]] bool connected() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    /// False when the other side does not take it any more.
    bool send(std::string_view text) const;
    /// Everything up to the end of one response (by its Content-Length), or of the connection, or of patience.
    [[nodiscard]] std::string receive(std::chrono::milliseconds patience = std::chrono::seconds(10)) const;
    /// Whether the other side hangs up within `patience`.
    [[nodiscard]] bool closed_within(std::chrono::milliseconds patience) const;

private:
    int descriptor_ = -1;
};

/// One request on its own connection; "" when there was no answer.
template <typename Where>
std::string exchange(const Where& where, std::string_view method, const std::string& target,
                     const std::string& body = {}, const std::string& host = "localhost") {
    const RawClient client(where);
    if (!client.connected()) return {};
    std::string request =
        std::string(method) + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n";
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    client.send(request + "\r\n" + body);
    return client.receive();
}

[[nodiscard]] int status_of(const std::string& response);
[[nodiscard]] std::string body_of(const std::string& response);

/// A folder that goes when it does.
struct TemporaryFolder {
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path path;
};

}  // namespace regent::tests
