#include "simulator/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace regent::simulator::test {
namespace {

Headers headers_of(std::string_view head) {
    Headers headers;
    auto begin = head.find("\r\n");
    while (begin != std::string_view::npos && begin + 2 < head.size()) {
        const auto end = std::min(head.find("\r\n", begin + 2), head.size());
        const auto line = head.substr(begin + 2, end - begin - 2);
        if (const auto colon = line.find(": "); colon != std::string_view::npos)
            headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        begin = end == head.size() ? std::string_view::npos : end;
    }
    return headers;
}

std::string member_of_error(const nlohmann::json& body, const char* member) {
    if (!body.is_object() || !body.contains("error") || !body["error"].is_object()) return {};
    return body["error"].value(member, "");
}

}  // namespace

/// A socket, with TLS over it where that is wanted.
struct HttpClient::Connection {
    Connection(std::uint16_t port, Tls tls) : handle(::socket(AF_INET, SOCK_STREAM, 0)) {
        const timeval limit{20, 0};
        ::setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect");
        if (tls == Tls::no) return;
        context = SSL_CTX_new(TLS_client_method());
        session = SSL_new(context);
        SSL_set_fd(session, handle);
        if (SSL_connect(session) != 1) throw std::runtime_error("the TLS handshake failed");
    }
    ~Connection() {
        SSL_free(session);
        SSL_CTX_free(context);
        ::close(handle);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto count = session != nullptr ? SSL_write(session, bytes.data(), static_cast<int>(bytes.size()))
                                                  : ::send(handle, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    bool read_more(std::string& into) const {
        char buffer[16384];
        const auto count =
            session != nullptr ? SSL_read(session, buffer, sizeof buffer) : ::recv(handle, buffer, sizeof buffer, 0);
        if (count <= 0) return false;
        into.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    int handle;
    SSL_CTX* context = nullptr;
    SSL* session = nullptr;
};

std::optional<std::string> HttpReply::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
    }
    return std::nullopt;
}
std::string HttpReply::code() const {
    return member_of_error(json, "code");
}
std::string HttpReply::message() const {
    return member_of_error(json, "message");
}

HttpClient::HttpClient(std::uint16_t port, Tls tls) : port_(port), tls_(tls) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

void HttpClient::disconnect() {
    connection_.reset();
}

HttpReply HttpClient::send(const std::string& method, const std::string& target, const Headers& headers,
                           const std::string& body) {
    auto message = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) + "\r\n";
    for (const auto& [name, value] : headers) message += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST" || method == "PATCH" || method == "PUT")
        message += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return send_raw(message + "\r\n" + body);
}

HttpReply HttpClient::send_raw(const std::string& message) {
    if (!connection_) connection_ = std::make_unique<Connection>(port_, tls_);
    HttpReply reply;
    std::string received;
    auto end = std::string::npos;
    bool open = connection_->write(message);
    while (open && (end = received.find("\r\n\r\n")) == std::string::npos) open = connection_->read_more(received);
    if (end == std::string::npos || received.rfind("HTTP/1.1 ", 0) != 0) {
        disconnect();
        return reply;
    }
    reply.status = std::atoi(received.c_str() + 9);
    reply.headers = headers_of(std::string_view(received).substr(0, end));
    reply.body = received.substr(end + 4);
    const auto length = static_cast<std::size_t>(std::atol(reply.header("Content-Length").value_or("0").c_str()));
    while (open && reply.body.size() < length) open = connection_->read_more(reply.body);
    reply.complete = reply.body.size() == length;
    if (!open || reply.header("Connection").value_or("") == "close") disconnect();
    reply.json = nlohmann::json::parse(reply.body, nullptr, false);
    if (reply.json.is_discarded()) reply.json = nullptr;
    return reply;
}

}  // namespace regent::simulator::test
