#include "simulator/server.hpp"

#include "simulator/values.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <sys/resource.h>

#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

namespace regent::simulator {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;
using namespace std::chrono_literals;

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr std::size_t idle_buffer_bytes = 4096;

std::string text_in(beast::string_view view) {
    return {view.data(), view.size()};
}

/// One connection: read, hand over, write, again.
template <typename Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
public:
    template <typename... Arguments>
    Session(const ServerOptions& options, const Server::Handler& handler, std::uint64_t number,
            Arguments&&... arguments)
        : options_(options),
          handler_(handler),
          number_(number),
          stream_(std::forward<Arguments>(arguments)...),
          timer_(stream_.get_executor()) {}

    void start() {
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            beast::get_lowest_layer(stream_).expires_after(30s);
            stream_.async_handshake(asio::ssl::stream_base::server,
                                    [self = this->shared_from_this()](const beast::error_code& error) {
                                        if (!error) self->read();
                                    });
        } else {
            read();
        }
    }

private:
    void read() {
        // Whoever keeps a connection open may be one of thousands: nothing of the last exchange stays with it.
        response_.reset();
        if (buffer_.capacity() > idle_buffer_bytes) buffer_.shrink_to_fit();
        parser_.emplace();
        parser_->body_limit(options_.max_body_bytes);
        parser_->header_limit(64 * 1024);
        // Keep-alive connections may idle for long: whole fleets of clients are tried against one simulator.
        beast::get_lowest_layer(stream_).expires_after(600s);
        http::async_read(stream_, buffer_, *parser_,
                         [self = this->shared_from_this()](const beast::error_code& error, std::size_t) {
                             if (error) return self->close();
                             self->handle();
                         });
    }

    Request request() {
        auto& message = parser_->get();
        Request request;
        request.method = text_in(message.method_string());
        request.target = text_in(message.target());
        request.connection = number_;
        request.body = std::move(message.body());
        for (const auto& field : message)
            request.headers.emplace_back(text_in(field.name_string()), text_in(field.value()));
        const auto question = request.target.find('?');
        request.path = percent_decoded(request.target.substr(0, question), false);
        if (question != std::string::npos) request.query = parse_query(request.target.substr(question + 1));
        const bool tls = std::is_same_v<Stream, TlsStream>;
        request.base_url = (tls ? "https://" : "http://") + request.header("Host").value_or("127.0.0.1");
        return request;
    }

    void handle() {
        keep_alive_ = parser_->get().keep_alive();
        auto verdict = handler_(request());
        if (verdict.ending == Verdict::Ending::close) return close();
        if (verdict.delay > 0ms) {
            timer_.expires_after(verdict.delay);
            timer_.async_wait([self = this->shared_from_this(), verdict = std::move(verdict)](
                                  const beast::error_code&) mutable { self->write(std::move(verdict)); });
            return;
        }
        write(std::move(verdict));
    }

    void write(Verdict verdict) {
        auto& answer = verdict.response;
        response_.emplace(static_cast<http::status>(answer.status), 11);
        for (const auto& [name, value] : answer.headers) response_->set(name, value);
        response_->keep_alive(keep_alive_);
        response_->body() = std::move(answer.body);
        response_->prepare_payload();
        beast::get_lowest_layer(stream_).expires_after(60s);
        if (verdict.ending == Verdict::Ending::truncate) return write_half();
        http::async_write(stream_, *response_,
                          [self = this->shared_from_this()](const beast::error_code& error, std::size_t) {
                              if (error || !self->keep_alive_) return self->close();
                              self->read();
                          });
    }

    void write_half() {
        beast::multi_buffer whole;
        beast::ostream(whole) << *response_;
        half_ = beast::buffers_to_string(whole.data());
        half_.resize(half_.size() / 2);
        asio::async_write(stream_, asio::buffer(half_),
                          [self = this->shared_from_this()](const beast::error_code&, std::size_t) { self->close(); });
    }

    void close() {
        beast::error_code ignored;
        beast::get_lowest_layer(stream_).socket().shutdown(Tcp::socket::shutdown_both, ignored);
        beast::get_lowest_layer(stream_).close();
    }

    const ServerOptions& options_;
    const Server::Handler& handler_;
    const std::uint64_t number_;
    Stream stream_;
    asio::steady_timer timer_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::optional<http::response<http::string_body>> response_;
    std::string half_;
    bool keep_alive_ = true;
};

/// A connection is a descriptor, and the soft limit is often 1,024.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

}  // namespace

struct Server::Parts {
    Parts(ServerOptions given, Handler given_handler)
        : options(std::move(given)),
          handler(std::move(given_handler)),
          tls(asio::ssl::context::tls_server),
          acceptor(io),
          pause(io) {}

    void accept() {
        acceptor.async_accept([this](const beast::error_code& error, Tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (error) {
                // Out of descriptors, most likely: wait rather than spin.
                pause.expires_after(200ms);
                pause.async_wait([this](const beast::error_code& stopped) {
                    if (!stopped) accept();
                });
                return;
            }
            beast::error_code ignored;
            socket.set_option(Tcp::no_delay(true), ignored);
            const auto number = ++connections;
            if (options.tls_certificate.empty()) {
                std::make_shared<Session<PlainStream>>(options, handler, number, std::move(socket))->start();
            } else {
                std::make_shared<Session<TlsStream>>(options, handler, number, std::move(socket), tls)->start();
            }
            accept();
        });
    }

    ServerOptions options;
    Handler handler;
    asio::io_context io{1};
    asio::ssl::context tls;
    Tcp::acceptor acceptor;
    asio::steady_timer pause;
    std::uint64_t connections = 0;
    std::uint16_t port = 0;
    std::thread thread;
};

Server::Server(ServerOptions options, Handler handler)
    : parts_(std::make_unique<Parts>(std::move(options), std::move(handler))) {
    raise_descriptor_limit();
    auto& parts = *parts_;
    try {
        if (!parts.options.tls_certificate.empty()) {
            parts.tls.use_certificate_chain_file(parts.options.tls_certificate);
            parts.tls.use_private_key_file(parts.options.tls_key, asio::ssl::context::pem);
        }
        const Tcp::endpoint endpoint(asio::ip::make_address(parts.options.address), parts.options.port);
        parts.acceptor.open(endpoint.protocol());
        parts.acceptor.set_option(Tcp::acceptor::reuse_address(true));
        parts.acceptor.bind(endpoint);
        parts.acceptor.listen(4096);
        parts.port = parts.acceptor.local_endpoint().port();
    } catch (const std::exception& error) {
        throw std::runtime_error("cannot listen on " + parts.options.address + ":" +
                                 std::to_string(parts.options.port) + ": " + error.what());
    }
    parts.accept();
    parts.thread = std::thread([&parts] { parts.io.run(); });
}

Server::~Server() {
    stop();
}

std::uint16_t Server::port() const noexcept {
    return parts_->port;
}

void Server::run_inside(const std::function<void()>& work) {
    std::promise<void> done;
    asio::post(parts_->io, [&] {
        try {
            work();
            done.set_value();
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    });
    done.get_future().get();
}

void Server::stop() {
    if (!parts_->thread.joinable()) return;
    parts_->io.stop();
    parts_->thread.join();
}

}  // namespace regent::simulator
