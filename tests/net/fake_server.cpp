#include "net/fake_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace regent::net::test {
namespace {

int listen_on_loopback(int backlog) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket < 0 || ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        (backlog > 0 && ::listen(socket, backlog) != 0)) {
        throw std::runtime_error("no port on loopback");
    }
    return socket;
}

int port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

SSL_CTX* make_tls(const ServerTls& tls) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    // Level 0: old versions are what some tests are about.
    SSL_CTX_set_security_level(context, 0);
    if (tls.highest_version != 0) {
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, tls.highest_version);
    }
    BIO* certificate_bio = BIO_new_mem_buf(tls.certificate_pem.data(), static_cast<int>(tls.certificate_pem.size()));
    X509* certificate = PEM_read_bio_X509(certificate_bio, nullptr, nullptr, nullptr);
    BIO* key_bio = BIO_new_mem_buf(tls.key_pem.data(), static_cast<int>(tls.key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio, nullptr, nullptr, nullptr);
    const bool good = SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(certificate_bio);
    BIO_free(key_bio);
    if (!good) throw std::runtime_error("the server's certificate cannot be used");
    return context;
}

}  // namespace

std::optional<std::string> Received::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
    }
    return std::nullopt;
}

class FakeServer::Connection final : public Peer {
public:
    Connection(int socket, SSL_CTX* tls) : socket_(socket) {
        if (tls == nullptr) return;
        ssl_ = SSL_new(tls);
        SSL_set_fd(ssl_, socket_);
    }
    ~Connection() override {
        if (ssl_ != nullptr) SSL_free(ssl_);
        ::close(socket_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool shake_hands() { return ssl_ == nullptr || SSL_accept(ssl_) == 1; }

    bool write(std::string_view bytes) override {
        while (!bytes.empty()) {
            const auto sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                              : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    void close() override {
        closed_ = true;
        ::shutdown(socket_, SHUT_RDWR);
    }

    void reset() override {
        closed_ = true;
        const linger at_once{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        // The descriptor's number stays taken, so that nobody else's socket can get it; the connection is gone.
        const int nothing = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::dup2(nothing, socket_);
        ::close(nothing);
    }

    void wait_for_hang_up() override {
        char byte = 0;
        while (::recv(socket_, &byte, 1, 0) > 0) {
        }
        closed_ = true;
    }

    void stop() { ::shutdown(socket_, SHUT_RDWR); }

    [[nodiscard]] bool closed() const { return closed_; }

    /// The next request; nothing at the end of the connection.
    std::optional<Received> read_request() {
        while (buffer_.find("\r\n\r\n") == std::string::npos) {
            if (!read_more()) return std::nullopt;
        }
        const auto end = buffer_.find("\r\n\r\n");
        auto request = parse_head(buffer_.substr(0, end + 2));
        buffer_.erase(0, end + 4);
        const auto length = std::stoul(request.header("Content-Length").value_or("0"));
        while (buffer_.size() < length) {
            if (!read_more()) return std::nullopt;
        }
        request.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
        return request;
    }

private:
    bool read_more() {
        char bytes[16384];
        const auto got =
            ssl_ != nullptr ? SSL_read(ssl_, bytes, sizeof bytes) : ::recv(socket_, bytes, sizeof bytes, 0);
        if (got <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    static Received parse_head(const std::string& head) {
        Received request;
        const auto line_end = head.find("\r\n");
        const auto line = head.substr(0, line_end);
        const auto first = line.find(' ');
        const auto last = line.rfind(' ');
        request.method = line.substr(0, first);
        request.target = line.substr(first + 1, last - first - 1);
        for (auto at = line_end + 2; at < head.size();) {
            const auto end = head.find("\r\n", at);
            const auto text = head.substr(at, end - at);
            const auto colon = text.find(':');
            auto value = text.substr(colon + 1);
            value.erase(0, value.find_first_not_of(' '));
            request.headers.emplace_back(text.substr(0, colon), value);
            at = end + 2;
        }
        return request;
    }

    int socket_;
    SSL* ssl_ = nullptr;
    std::string buffer_;
    std::atomic<bool> closed_ = false;
};

FakeServer::FakeServer(Script script, std::optional<ServerTls> tls) : script_(std::move(script)) {
    if (tls) tls_ = make_tls(*tls);
    listener_ = listen_on_loopback(512);
    port_ = port_of(listener_);
    acceptor_ = std::thread([this] { accept_all(); });
}

FakeServer::~FakeServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const auto& connection : open_) connection->stop();
    }
    for (auto& worker : workers_) worker.join();
    ::close(listener_);
    SSL_CTX_free(tls_);
}

void FakeServer::accept_all() {
    while (!stopping_) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        const std::lock_guard lock(mutex_);
        const auto connection = std::make_shared<Connection>(socket, tls_);
        open_.push_back(connection);
        workers_.emplace_back([this, connection, number = ++connections_] { serve(connection, number); });
    }
}

void FakeServer::serve(const std::shared_ptr<Connection>& connection, int number) {
    if (connection->shake_hands()) {
        for (int index = 1; !connection->closed() && !stopping_; ++index) {
            auto request = connection->read_request();
            if (!request) break;
            request->connection = number;
            request->on_connection = index;
            {
                const std::lock_guard lock(mutex_);
                received_.push_back(*request);
            }
            script_(*connection, *request);
        }
    }
    connection->stop();
    const std::lock_guard lock(mutex_);
    std::erase(open_, connection);
    ERR_clear_error();
}

std::string FakeServer::origin(const std::string& host) const {
    return fmt::format("{}://{}:{}", tls_ != nullptr ? "https" : "http", host, port_);
}

std::vector<Received> FakeServer::received() const {
    const std::lock_guard lock(mutex_);
    return received_;
}

std::size_t FakeServer::count(std::string_view method) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(received_.begin(), received_.end(),
                                                  [&](const Received& request) { return request.method == method; }));
}

int FakeServer::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

std::string response(int status, std::string_view body,
                     const std::vector<std::pair<std::string, std::string>>& headers) {
    auto text = fmt::format("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n", status, body.size());
    for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
    return text.append("\r\n").append(body);
}

int closed_port() {
    const int socket = listen_on_loopback(0);
    const int port = port_of(socket);
    ::close(socket);
    return port;
}

}  // namespace regent::net::test
