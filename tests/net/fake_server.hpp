#pragma once

#include <openssl/types.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace regent::net::test {

/// A request as it came off the wire.
struct Received {
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    int connection = 0;     ///< from 1, in the order of arrival
    int on_connection = 0;  ///< from 1: which request of its connection

    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// The server's end of one connection, as a script sees it.
class Peer {
public:
    virtual ~Peer() = default;
    /// False once the client has gone.
    virtual bool write(std::string_view bytes) = 0;
    virtual void close() = 0;             ///< FIN: everything written arrives
    virtual void reset() = 0;             ///< RST
    virtual void wait_for_hang_up() = 0;  ///< until the client, or the server's own end, closes
};

struct ServerTls {
    std::string certificate_pem;
    std::string key_pem;
    int highest_version = 0;  ///< TLS1_1_VERSION …; 0: no limit
};

/// An HTTP server on loopback that does exactly what its script says, byte by byte. One thread for each connection.
class FakeServer {
public:
    using Script = std::function<void(Peer&, const Received&)>;

    explicit FakeServer(Script script, std::optional<ServerTls> tls = {});
    ~FakeServer();
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    [[nodiscard]] int port() const { return port_; }
    /// "http://127.0.0.1:port", or https with TLS.
    [[nodiscard]] std::string origin(const std::string& host = "127.0.0.1") const;
    [[nodiscard]] std::vector<Received> received() const;
    [[nodiscard]] std::size_t count(std::string_view method) const;
    [[nodiscard]] int connections() const;

private:
    class Connection;

    void accept_all();
    void serve(const std::shared_ptr<Connection>& connection, int number);

    Script script_;
    SSL_CTX* tls_ = nullptr;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    std::vector<Received> received_;
    std::vector<std::shared_ptr<Connection>> open_;
    std::vector<std::thread> workers_;
    int connections_ = 0;
    std::thread acceptor_;
};

/// A whole response with Content-Length.
[[nodiscard]] std::string response(int status, std::string_view body,
                                   const std::vector<std::pair<std::string, std::string>>& headers = {});

/// A port of loopback on which nobody listens.
[[nodiscard]] int closed_port();

}  // namespace regent::net::test
