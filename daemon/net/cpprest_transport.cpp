// The one file that includes cpprestsdk. Facts about its behaviour were read in its source and measured:
// https://github.com/microsoft/cpprestsdk/blob/v2.10.18/Release/src/http/client/http_client_asio.cpp

// Keeps the library from defining the macro U, which breaks every template that has a parameter of that name.
#define _TURN_OFF_PLATFORM_STRING
#include "net/cpprest_transport.hpp"

#include "net/exchange_rules.hpp"
#include "net/origin.hpp"
#include "net/parallel_limit.hpp"
#include "net/tls_rules.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <cpprest/astreambuf.h>
#include <cpprest/http_client.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <poll.h>
#include <pplx/threadpool.h>

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace regent::net {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Throughput never asks for more; the library's own default of 40 costs several times the CPU per request.
constexpr std::size_t pool_threads = 4;
constexpr auto max_client_age = 30min;
constexpr int max_errors_in_a_row = 3;
/// The library's own timer runs per step (a write, a header, a chunk), so it cannot stand for our deadline, which
/// cancels. It only ends what cancelling does not reach: a proxy that never answers CONNECT.
constexpr auto library_step_timeout = 6min;

/// A pooled connection that can be read before anything was asked of it: the peer has closed it, or has sent something
/// unasked.
struct StaleConnection : std::runtime_error {
    StaleConnection() : std::runtime_error("the pooled connection was closed by the service") {}
};

/// Thrown before a connection exists.
struct TlsUnusable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct AnswerTooLarge : std::runtime_error {
    AnswerTooLarge() : std::runtime_error("the answer is larger than allowed") {}
};

/// Takes what the library reads, up to a limit: it has none of its own. Write only; everything else is refused.
class BoundedSink final : public concurrency::streams::details::streambuf_state_manager<std::uint8_t> {
    using Base = concurrency::streams::details::streambuf_state_manager<std::uint8_t>;

public:
    explicit BoundedSink(std::size_t limit) : Base(std::ios_base::out), limit_(limit) {}

    /// Only once the library has reported the end of the body.
    std::string take() { return std::move(text_); }

    bool can_seek() const override { return false; }
    bool has_size() const override { return false; }
    std::size_t buffer_size(std::ios_base::openmode) const override { return 0; }
    void set_buffer_size(std::size_t, std::ios_base::openmode) override {}
    std::size_t in_avail() const override { return 0; }
    pos_type getpos(std::ios_base::openmode) const override { return static_cast<pos_type>(traits::eof()); }
    pos_type seekpos(pos_type, std::ios_base::openmode) override { return static_cast<pos_type>(traits::eof()); }
    pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override {
        return static_cast<pos_type>(traits::eof());
    }
    bool acquire(std::uint8_t*& pointer, std::size_t& count) override {
        pointer = nullptr;
        count = 0;
        return false;
    }
    void release(std::uint8_t*, std::size_t) override {}

protected:
    pplx::task<std::size_t> _putn(const std::uint8_t* bytes, std::size_t count) override {
        if (count > limit_ - text_.size()) return pplx::task_from_exception<std::size_t>(AnswerTooLarge());
        text_.append(reinterpret_cast<const char*>(bytes), count);
        return pplx::task_from_result(count);
    }
    pplx::task<int_type> _putc(std::uint8_t byte) override {
        if (text_.size() == limit_) return pplx::task_from_exception<int_type>(AnswerTooLarge());
        text_.push_back(static_cast<char>(byte));
        return pplx::task_from_result(static_cast<int_type>(byte));
    }
    pplx::task<bool> _sync() override { return pplx::task_from_result(true); }
    std::uint8_t* _alloc(std::size_t) override { return nullptr; }
    void _commit(std::size_t) override {}
    pplx::task<int_type> _bumpc() override { return nothing_to_read(); }
    int_type _sbumpc() override { return traits::eof(); }
    pplx::task<int_type> _getc() override { return nothing_to_read(); }
    int_type _sgetc() override { return traits::eof(); }
    pplx::task<int_type> _nextc() override { return nothing_to_read(); }
    pplx::task<int_type> _ungetc() override { return nothing_to_read(); }
    pplx::task<std::size_t> _getn(std::uint8_t*, std::size_t) override {
        return pplx::task_from_result<std::size_t>(0);
    }
    std::size_t _scopy(std::uint8_t*, std::size_t) override { return 0; }

private:
    static pplx::task<int_type> nothing_to_read() { return pplx::task_from_result<int_type>(traits::eof()); }

    std::size_t limit_;
    std::string text_;
};

/// One request on its way. Shared by the caller, who may give up, and the library's continuations, which may not.
struct ClientExchange {
    explicit ClientExchange(std::size_t limit) : sink(std::make_shared<BoundedSink>(limit)) {}

    std::shared_ptr<BoundedSink> sink;
    pplx::cancellation_token_source cancellation;

    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    bool abandoned = false;    ///< the transport is being destroyed
    bool out_of_time = false;  ///< the caller has given up
    int status = 0;
    Headers headers;
    std::string body;
    std::exception_ptr failed_with;

    void set_head(const web::http::http_response& response) {
        const std::lock_guard lock(mutex);
        status = response.status_code();
        for (const auto& [name, value] : response.headers()) headers.emplace_back(name, value);
    }

    void finish(std::exception_ptr why) {
        const std::lock_guard lock(mutex);
        if (!why) body = sink->take();
        failed_with = std::move(why);
        done = true;
        changed.notify_all();
    }

    void abandon() {
        {
            const std::lock_guard lock(mutex);
            abandoned = true;
            changed.notify_all();
        }
        cancellation.cancel();
    }
};

using Client = std::shared_ptr<web::http::client::http_client>;

/// What the library throws, sorted by the step it happened in. Its numbers are not to be trusted (a refused connection
/// is "host unreachable", a cut body is "no such file"), so its fixed texts are looked at.
struct Failure {
    bool before_sending = false;
    std::string words;
};

/// OpenSSL's reason when `code` is one of its packed numbers.
std::string tls_reason(int code) {
    const char* reason = ERR_reason_error_string(static_cast<unsigned long>(static_cast<unsigned int>(code)));
    return reason == nullptr ? "the handshake did not succeed" : reason;
}

Failure sort(const web::http::http_exception& error) {
    const std::string_view text = error.what();
    const auto says = [&](std::string_view start) { return text.starts_with(start); };
    if (says("Failed to connect to any resolved endpoint")) return {true, "nothing accepts connections there"};
    if (says("Error resolving address") || says("Failed to resolve address"))
        return {true, "the host's name is not known"};
    if (says("Error in SSL handshake")) {
        return {true, "no trusted TLS connection: " + tls_reason(error.error_code().value())};
    }
    if (text.find("proxy") != std::string_view::npos) return {true, "the proxy: " + std::string(text)};
    if (says("Failed to write request")) return {false, "the connection died while the request was being sent"};
    if (says("Failed to read HTTP status line")) return {false, "the connection died before an answer came"};
    if (says("Failed to read response body") || says("Retrieving message chunk") || says("Failed to read chunked")) {
        return {false, "the connection died in the middle of the answer"};
    }
    return {false, std::string(text)};
}

Failure sort(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const web::http::http_exception& error) {
        return sort(error);
    } catch (const web::uri_exception& error) {
        return {true, error.what()};
    } catch (const TlsUnusable& error) {
        return {true, error.what()};
    } catch (const StaleConnection& error) {
        return {true, error.what()};
    } catch (const std::exception& error) {
        return {false, error.what()};
    } catch (...) {
        return {false, "an error of unknown type"};
    }
}

bool is_stale(const std::exception_ptr& failure) {
    try {
        if (failure) std::rethrow_exception(failure);
    } catch (const StaleConnection&) {
        return true;
    } catch (...) {
        return false;
    }
    return false;
}

/// Called before every request with the connection it will use. On a reused one the library would find out only after
/// sending that it is dead, and would then send the same request again, or take an unasked answer for the request's
/// own.
void refuse_stale(boost::asio::ip::tcp::socket& socket) {
    if (!socket.is_open()) return;  // new: not connected yet
    pollfd watched{socket.native_handle(), POLLIN | POLLRDHUP, 0};
    if (::poll(&watched, 1, 0) > 0) throw StaleConnection();
}

web::web_proxy to_proxy(const std::string& address) {
    const web::uri uri(address);
    web::web_proxy proxy(web::uri_builder(uri).set_user_info("").to_uri());
    const auto user = web::uri::decode(uri.user_info());
    if (!user.empty()) {
        const auto colon = user.find(':');
        proxy.set_credentials({user.substr(0, colon), colon == std::string::npos ? "" : user.substr(colon + 1)});
    }
    return proxy;
}

Client make_client(const std::string& origin_text, const TransportOptions& options) {
    const auto origin = parse_origin(origin_text).value();
    web::http::client::http_client_config config;
    config.set_max_redirects(0);  // the library would send the token along, to any host
    config.set_timeout(library_step_timeout);
    config.set_request_compressed_response(false);
    const auto pinned = options.pinned_certificates.find(origin_text);
    const bool is_pinned = pinned != options.pinned_certificates.end();
    const bool proxied = !options.proxy.empty() && !is_this_machine(origin.host) && !is_pinned;
    if (proxied) config.set_proxy(to_proxy(options.proxy));
    if (origin.scheme == "https") {
        // On the context, not on the stream: the library makes new streams for second addresses and behind proxies,
        // unasked.
        const TlsTrust trust{origin.host, options.ca_file, is_pinned ? pinned->second : std::string()};
        config.set_ssl_context_callback([trust](boost::asio::ssl::context& context) {
            if (auto wrong = restrict_tls(context.native_handle(), trust); !wrong.empty()) throw TlsUnusable(wrong);
        });
    }
    // Behind a proxy the handle's type depends on whether the tunnel stands already, and nothing tells which it is.
    if (!proxied) {
        const bool tls = origin.scheme == "https";
        config.set_nativehandle_options([tls](web::http::client::native_handle handle) {
            using Tcp = boost::asio::ip::tcp::socket;
            refuse_stale(tls ? static_cast<boost::asio::ssl::stream<Tcp&>*>(handle)->next_layer()
                             : *static_cast<Tcp*>(handle));
        });
    }
    return std::make_shared<web::http::client::http_client>(web::uri(origin_text), config);
}

web::http::http_request to_library(const Request& request, const ClientExchange& exchange) {
    web::http::http_request message{std::string(to_string(request.method))};
    message.set_request_uri(web::uri(request.target));
    for (const auto& [name, value] : request.headers) message.headers().add(name, value);
    if (!request.body.empty()) {
        message.set_body(std::vector<unsigned char>(request.body.begin(), request.body.end()));
    }
    message.set_response_stream(
        concurrency::streams::ostream(concurrency::streams::streambuf<std::uint8_t>(exchange.sink)));
    return message;
}

/// One client for all idempotent requests to an origin, replaced when it can no longer be trusted.
class ClientShelf {
public:
    struct Loan {
        Client client;
        bool warm = false;  ///< has answered before, so the library may send a request a second time by itself
    };

    explicit ClientShelf(const TransportOptions& options) : options_(options) {}

    Loan borrow(const std::string& origin) {
        const std::lock_guard lock(mutex_);
        auto& slot = slots_[origin];
        if (!slot.client || steady_clock::now() - slot.born > max_client_age) {
            slot = {make_client(origin, options_), steady_clock::now(), 0, false};
        }
        return {slot.client, slot.warm};
    }

    void succeeded(const std::string& origin, const Client& client) {
        const std::lock_guard lock(mutex_);
        auto& slot = slots_[origin];
        if (slot.client != client) return;
        slot.errors = 0;
        slot.warm = true;
    }

    void failed(const std::string& origin, const Client& client) {
        const std::lock_guard lock(mutex_);
        auto& slot = slots_[origin];
        if (slot.client == client && ++slot.errors >= max_errors_in_a_row) slot.client.reset();
    }

    /// Its connections hold bytes that belong to somebody else, or are dead.
    void discard(const std::string& origin, const Client& client) {
        const std::lock_guard lock(mutex_);
        auto& slot = slots_[origin];
        if (slot.client == client) slot.client.reset();
    }

private:
    struct Slot {
        Client client;
        steady_clock::time_point born;
        int errors = 0;
        bool warm = false;
    };

    const TransportOptions& options_;
    std::mutex mutex_;
    std::map<std::string, Slot> slots_;
};

class CpprestTransport final : public Transport {
public:
    CpprestTransport(TransportOptions options, Rng& rng)
        : options_(std::move(options)), allowed_(options_.allowed_origins), rng_(rng), limit_(options_.max_parallel) {
        if (!options_.proxy.empty()) require_address(options_.proxy);
        static std::once_flag sized;
        std::call_once(sized, [] { crossplat::threadpool::initialize_with_threads(pool_threads); });
    }

    ~CpprestTransport() override {
        end_everything();
        limit_.wait_until_empty();
    }

    CpprestTransport(const CpprestTransport&) = delete;
    CpprestTransport& operator=(const CpprestTransport&) = delete;

    void close() override { end_everything(); }

    Outcome send(const Request& original) override {
        const auto request = completed(original, rng_, options_.request_timeout);
        const auto deadline = steady_clock::now() + request.timeout;
        if (const auto reason = why_not_sendable(request, allowed_)) return failure(request, Fate::not_sent, *reason);
        if (const auto reason = limit_.why_not_entered(deadline)) return failure(request, Fate::not_sent, *reason);
        auto outcome = request.idempotent ? send_shared(request, deadline) : send_alone(request, deadline);
        limit_.leave();
        return outcome;
    }

private:
    static void require_address(const std::string& proxy) {
        // Not quoted: it may hold a password.
        const bool valid = web::uri::validate(proxy) && (proxy.starts_with("http://") || proxy.starts_with("https://"));
        if (!valid) throw std::invalid_argument("the proxy is not an address of the form http://host:port");
    }

    /// A connection that was never used before is the only one on which the library sends a request exactly once.
    Outcome send_alone(const Request& request, steady_clock::time_point deadline) {
        Client client;
        try {
            client = make_client(request.origin, options_);
        } catch (const std::exception& error) {
            return failure(request, Fate::not_sent, error.what());
        }
        const auto exchange = run(request, client, deadline);
        return judge(request, *exchange, false);
    }

    Outcome send_shared(const Request& request, steady_clock::time_point deadline) {
        // A stale connection was noticed before anything was written to it, so another is taken; a new client has none.
        for (int tries = 0;; ++tries) {
            ClientShelf::Loan loan;
            try {
                loan = clients_.borrow(request.origin);
            } catch (const std::exception& error) {
                return failure(request, Fate::not_sent, error.what());
            }
            const auto exchange = run(request, loan.client, deadline);
            const std::unique_lock lock(exchange->mutex);
            if (!exchange->out_of_time && is_stale(exchange->failed_with)) {
                clients_.discard(request.origin, loan.client);
                if (tries < 3) continue;
            }
            auto outcome = judge_locked(request, *exchange, loan.warm);
            if (outcome.fate == Fate::answered) {
                clients_.succeeded(request.origin, loan.client);
            } else if (exchange->done && exchange->status != 0) {
                clients_.discard(request.origin, loan.client);  // an answer came that cannot be believed
            } else {
                clients_.failed(request.origin, loan.client);
            }
            return outcome;
        }
    }

    /// Returns when the exchange is done, the deadline has passed or the transport closes; in the last two cases the
    /// library goes on by itself for a moment, with `exchange` and `client` kept alive by the continuation.
    std::shared_ptr<ClientExchange> run(const Request& request, const Client& client,
                                        steady_clock::time_point deadline) {
        auto exchange = std::make_shared<ClientExchange>(request.max_response_bytes);
        const InFlight listed(*this, exchange);
        try {
            client->request(to_library(request, *exchange), exchange->cancellation.get_token())
                .then([exchange](const web::http::http_response& response) {
                    exchange->set_head(response);
                    return response.content_ready();
                })
                // Takes the task, not its value: an exception that nobody reads ends the process (SIGTRAP).
                .then([exchange, client](const pplx::task<web::http::http_response>& ended) {
                    try {
                        ended.get();
                        exchange->finish(nullptr);
                    } catch (...) {
                        exchange->finish(std::current_exception());
                    }
                });
        } catch (...) {
            exchange->finish(std::current_exception());
        }
        std::unique_lock lock(exchange->mutex);
        exchange->changed.wait_until(lock, deadline, [&] { return exchange->done || exchange->abandoned; });
        if (!exchange->done) {
            exchange->out_of_time = !exchange->abandoned;
            lock.unlock();
            exchange->cancellation.cancel();
        }
        return exchange;
    }

    static Outcome judge(const Request& request, ClientExchange& exchange, bool may_have_been_sent_before) {
        const std::lock_guard lock(exchange.mutex);
        return judge_locked(request, exchange, may_have_been_sent_before);
    }

    static Outcome judge_locked(const Request& request, ClientExchange& exchange, bool may_have_been_sent_before) {
        if (exchange.abandoned)
            return failure(request, Fate::unknown, "the transport was closed before an answer came");
        // Looked at before `done`: the cancelled request may have ended meanwhile, with words that nobody would
        // understand.
        if (exchange.out_of_time) {
            return failure(request, Fate::unknown,
                           fmt::format("no complete answer within {} ms", request.timeout.count()));
        }
        if (exchange.failed_with) {
            const auto sorted = sort(exchange.failed_with);
            const bool certain = sorted.before_sending && !may_have_been_sent_before;
            return failure(request, certain ? Fate::not_sent : Fate::unknown, sorted.words);
        }
        if (const auto reason =
                why_not_credible(request.headers, exchange.status, exchange.headers, exchange.body.size())) {
            return failure(request, Fate::unknown, *reason);
        }
        return {.fate = Fate::answered,
                .status = exchange.status,
                .headers = std::move(exchange.headers),
                .body = std::move(exchange.body),
                .error = {}};
    }

    /// Keeps an exchange on the list that the destructor ends.
    class InFlight {
    public:
        InFlight(CpprestTransport& owner, const std::shared_ptr<ClientExchange>& exchange) : owner_(owner) {
            const std::lock_guard lock(owner_.in_flight_mutex_);
            at_ = owner_.in_flight_.insert(owner_.in_flight_.end(), exchange);
            exchange->abandoned = owner_.limit_.closed();
        }
        ~InFlight() {
            const std::lock_guard lock(owner_.in_flight_mutex_);
            owner_.in_flight_.erase(at_);
        }
        InFlight(const InFlight&) = delete;
        InFlight& operator=(const InFlight&) = delete;

    private:
        CpprestTransport& owner_;
        std::list<std::shared_ptr<ClientExchange>>::iterator at_;
    };

    void end_everything() {
        limit_.close();
        for (const auto& exchange : everything_in_flight()) exchange->abandon();
    }

    std::list<std::shared_ptr<ClientExchange>> everything_in_flight() {
        const std::lock_guard lock(in_flight_mutex_);
        return in_flight_;
    }

    const TransportOptions options_;
    const OriginAllowList allowed_;
    Rng& rng_;
    ParallelLimit limit_;
    ClientShelf clients_{options_};
    std::mutex in_flight_mutex_;
    std::list<std::shared_ptr<ClientExchange>> in_flight_;
};

}  // namespace

std::unique_ptr<Transport> make_cpprest_transport(TransportOptions options, Rng& rng) {
    return std::make_unique<CpprestTransport>(std::move(options), rng);
}

}  // namespace regent::net
