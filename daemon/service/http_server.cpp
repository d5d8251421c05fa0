#include "service/http_server.hpp"

#include "service/listen.hpp"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

namespace regent::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

using Protocol = asio::generic::stream_protocol;  // unix and TCP alike
using Stream = beast::basic_stream<Protocol>;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

constexpr auto ask_again_after = 100ms;
constexpr auto pause_without_descriptors = 200ms;
constexpr std::size_t threads = 2;
constexpr std::array<std::pair<const char*, const char*>, 5> every_answer = {{
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
}};

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

class Session;

/// The connections there are, and who of them has to give way.
class Registry {
public:
    using Position = std::list<Session*>::iterator;

    Position add(Session* session) {
        const std::lock_guard lock(mutex_);
        return sessions_.insert(sessions_.end(), session);
    }
    void remove(Position position) {
        const std::lock_guard lock(mutex_);
        sessions_.erase(position);
    }
    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return sessions_.size();
    }
    /// Closes the connection that has waited for its client for longest. False when all are busy with an answer.
    bool make_room();
    /// Ends every connection; when nobody runs them any more.
    void cut_all();

    std::atomic<std::size_t> waiting{0};

private:
    mutable std::mutex mutex_;
    std::list<Session*> sessions_;  // oldest first
};

/// One connection: read, hand over, write, again.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(const HttpLimits& limits, const std::vector<Route>& routes, Registry& registry, Protocol::socket socket,
            std::optional<Peer> peer)
        : limits_(limits),
          routes_(routes),
          registry_(registry),
          peer_(std::move(peer)),
          stream_(std::move(socket)),
          timer_(stream_.get_executor()),
          position_(registry.add(this)) {}
    ~Session() {
        stop_waiting();
        registry_.remove(position_);
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void start() {
        asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->read(); });
    }
    [[nodiscard]] bool reads() const noexcept { return reads_ && !asked_to_go_; }
    void cut() { close(); }
    /// From any thread.
    void ask_to_go() {
        asked_to_go_ = true;
        asio::post(stream_.get_executor(), [self = shared_from_this()] {
            if (self->reads_) self->close();
        });
    }

private:
    void read() {
        reads_ = true;
        parser_.emplace();
        parser_->header_limit(limits_.header_bytes);
        parser_->body_limit(limits_.body_bytes);
        stream_.expires_after(limits_.patience);  // for the whole request: a byte now and then buys no time
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                             self->reads_ = false;
                             if (error) return self->refuse(error);
                             self->handle();
                         });
    }

    void refuse(const beast::error_code& error) {
        keep_alive_ = false;
        head_ = false;
        if (error == http::error::header_limit) return write(plain_text(431, "The header is too long.\n"));
        if (error == http::error::body_limit) return write(plain_text(413, "The body is too long.\n"));
        const bool gone = error == http::error::end_of_stream || error == http::error::partial_message;
        if (!gone && error.category() == http::make_error_code(http::error::bad_method).category())
            return write(plain_text(400, "This is not HTTP as it should be.\n"));
        close();
    }

    void handle() {
        auto& message = parser_->get();
        keep_alive_ = message.keep_alive();
        Request request;
        const auto method = text(message.method_string());
        head_ = method == "HEAD";
        request.method = head_ ? "GET" : method;
        request.host = text(message[http::field::host]);
        request.peer = peer_;
        request.body = std::move(message.body());
        if (message.count(http::field::host) > 1 ||
            !parse_target({message.target().data(), message.target().size()}, request))
            return write(plain_text(400, "The request's target or host cannot be read.\n"));
        if (!peer_) {
            if (auto refusal = refuse_on_tcp(request, method)) return write(std::move(*refusal));
        }
        auto given = answer(routes_, request);
        if (!given.later) return write(std::move(given.response));
        if (registry_.waiting.fetch_add(1) >= limits_.waiting) {
            registry_.waiting.fetch_sub(1);
            auto busy = plain_text(503, "Too many wait here already; ask again in a moment.\n");
            busy.headers.emplace_back("Retry-After", "2");
            return write(std::move(busy));
        }
        waits_ = true;
        stream_.expires_never();
        until_ = Clock::now() + std::min(given.patience, limits_.longest_wait);
        waiting_for_ = std::move(given);
        ask_again();
    }

    void ask_again() {
        if (!waits_) return;
        if (client_is_gone()) return close();
        try {
            if (auto response = waiting_for_->later()) return write(std::move(*response));
        } catch (const std::exception&) {
            return write(plain_text(500, "A bug in regent.\n"));
        }
        if (Clock::now() >= until_) return write(std::move(waiting_for_->response));
        timer_.expires_after(ask_again_after);
        timer_.async_wait([self = shared_from_this()](const beast::error_code& error) {
            if (!error) self->ask_again();
        });
    }

    [[nodiscard]] bool client_is_gone() {
        char byte = 0;
        const auto got = ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
    }

    void write(Response given) {
        stop_waiting();
        response_.emplace(static_cast<http::status>(given.status), 11);
        for (const auto& [name, value] : every_answer) response_->set(name, value);
        response_->set(http::field::content_type, given.content_type);
        for (const auto& [name, value] : given.headers) response_->set(name, value);
        response_->keep_alive(keep_alive_);
        response_->content_length(given.body.size());
        if (!head_) response_->body() = std::move(given.body);
        serializer_.emplace(*response_);
        until_ = Clock::now() + limits_.response_time;
        write_some();
    }

    void write_some() {
        if (Clock::now() >= until_) return close();
        stream_.expires_after(limits_.patience);
        http::async_write_some(stream_, *serializer_,
                               [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                                   if (error) return self->close();
                                   if (!self->serializer_->is_done()) return self->write_some();
                                   self->written();
                               });
    }

    void written() {
        serializer_.reset();
        response_.reset();
        if (!keep_alive_) return close();
        read();
    }

    void stop_waiting() {
        if (!std::exchange(waits_, false)) return;
        registry_.waiting.fetch_sub(1);
    }

    void close() {
        stop_waiting();
        timer_.cancel();
        beast::error_code ignored;
        stream_.socket().shutdown(asio::socket_base::shutdown_both, ignored);
        stream_.close();
    }

    const HttpLimits& limits_;
    const std::vector<Route>& routes_;
    Registry& registry_;
    const std::optional<Peer> peer_;
    Stream stream_;
    asio::steady_timer timer_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::optional<Answer> waiting_for_;
    std::optional<http::response<http::string_body>> response_;
    std::optional<http::response_serializer<http::string_body>> serializer_;
    Clock::time_point until_;
    std::atomic<bool> reads_{false}, asked_to_go_{false};
    bool keep_alive_ = true, head_ = false, waits_ = false;
    Registry::Position position_;  // last: whoever finds the session there finds it complete
};

bool Registry::make_room() {
    std::shared_ptr<Session> chosen;  // let go after the lock: its destructor takes it
    const std::lock_guard lock(mutex_);
    for (auto* session : sessions_) {
        if (!session->reads()) continue;
        // Nothing when it is being destroyed: then it waits for our lock, to go by itself.
        if ((chosen = session->weak_from_this().lock())) break;
    }
    if (chosen) chosen->ask_to_go();
    return chosen != nullptr;
}

void Registry::cut_all() {
    const std::lock_guard lock(mutex_);
    for (auto* session : sessions_) session->cut();  // goes itself with the handlers that hold it
}

}  // namespace

struct HttpServer::Parts {
    Parts(ListeningSocket given, std::vector<Route> given_routes, const HttpLimits& given_limits)
        : listening(std::move(given)),
          routes(std::move(given_routes)),
          limits(given_limits),
          acceptor(asio::make_strand(io)),
          pause(acceptor.get_executor()) {
        acceptor.assign(Protocol(listening.family, 0), listening.release());
    }

    void accept() {
        acceptor.async_accept(asio::make_strand(io), [this](const beast::error_code& error, Protocol::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (error) return accept_later();
            welcome(std::move(socket));
            accept();
        });
    }

    void welcome(Protocol::socket socket) {
        const int descriptor = socket.native_handle();
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        if (registry.size() >= limits.connections && !registry.make_room()) {
            static constexpr std::string_view busy =
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            (void)::send(descriptor, busy.data(), busy.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            return;
        }
        auto peer = listening.family == AF_UNIX ? peer_of(descriptor) : std::nullopt;
        if (listening.family == AF_UNIX && !peer) return;  // nobody we know
        std::make_shared<Session>(limits, routes, registry, std::move(socket), std::move(peer))->start();
    }

    /// Out of descriptors, most likely: let somebody go, and wait rather than spin.
    void accept_later() {
        registry.make_room();
        pause.expires_after(pause_without_descriptors);
        pause.async_wait([this](const beast::error_code& stopped) {
            if (!stopped) accept();
        });
    }

    ListeningSocket listening;
    std::vector<Route> routes;
    HttpLimits limits;
    Registry registry;
    asio::io_context io{static_cast<int>(threads)};
    Acceptor acceptor;
    asio::steady_timer pause;
    std::vector<std::thread> runners;
};

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
    parts_->accept();
    for (std::size_t i = 0; i < threads; ++i) parts_->runners.emplace_back([this] { parts_->io.run(); });
}

HttpServer::~HttpServer() {
    stop();
}

HttpServer::Listening HttpServer::listen(const UnixListener& listener, std::vector<Route> routes,
                                         const HttpLimits& limits) {
    auto socket = open_listener(listener);
    if (!socket) return tl::unexpected(std::move(socket.error()));
    return std::unique_ptr<HttpServer>(
        new HttpServer(std::make_unique<Parts>(std::move(*socket), std::move(routes), limits)));
}

HttpServer::Listening HttpServer::listen(const TcpListener& listener, std::vector<Route> routes,
                                         const HttpLimits& limits) {
    auto socket = open_listener(listener);
    if (!socket) return tl::unexpected(std::move(socket.error()));
    return std::unique_ptr<HttpServer>(
        new HttpServer(std::make_unique<Parts>(std::move(*socket), std::move(routes), limits)));
}

void HttpServer::stop() {
    if (parts_->runners.empty()) return;
    parts_->io.stop();
    for (auto& runner : parts_->runners) runner.join();
    parts_->runners.clear();
    parts_->registry.cut_all();
    beast::error_code ignored;
    parts_->acceptor.close(ignored);
    ListeningSocket{std::move(parts_->listening)};  // the file goes now, not with us
}

std::uint16_t HttpServer::port() const noexcept {
    return parts_->listening.port;
}
std::size_t HttpServer::connections() const noexcept {
    return parts_->registry.size();
}
const std::vector<std::string>& HttpServer::warnings() const noexcept {
    return parts_->listening.warnings;
}

}  // namespace regent::service
