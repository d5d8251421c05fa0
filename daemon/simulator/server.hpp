#pragma once

#include "simulator/http.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace regent::simulator {

/// What becomes of one request.
struct Verdict {
    enum class Ending { answer, close, truncate };
    Response response;
    Ending ending = Ending::answer;
    std::chrono::milliseconds delay{0};
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;                ///< 0: any free one
    std::string tls_certificate, tls_key;  ///< PEM files; both or neither
    std::size_t max_body_bytes = 8u << 20;
};

/// HTTP/1.1 over TCP or TLS, one io thread, keep-alive. Every request is handed to `handler` on that one thread.
class Server {
public:
    using Handler = std::function<Verdict(const Request&)>;
    /// Listens at once; throws std::runtime_error with a sentence when it cannot.
    Server(ServerOptions options, Handler handler);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    /// Runs `work` on the io thread and waits for it: how other threads look at what the handler works on.
    void run_inside(const std::function<void()>& work);
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace regent::simulator
