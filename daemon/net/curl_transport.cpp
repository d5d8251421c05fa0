#include "net/curl_transport.hpp"

#include "net/exchange_rules.hpp"
#include "net/header_text.hpp"
#include "net/origin.hpp"
#include "net/parallel_limit.hpp"
#include "net/tls_rules.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace regent::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr long idle_seconds = 60;
constexpr long longest_connection_seconds = 30L * 60;

struct EasyDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct UrlDeleter {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;
using Url = std::unique_ptr<CURLU, UrlDeleter>;

/// What of an answer is waited for.
enum class AnswerPart { whole, head };

/// What the library's callbacks fill in, and what they need to know.
struct CurlExchange {
    const Request& request;
    const ParallelLimit& limit;
    TlsTrust trust{};
    Headers headers{};
    std::size_t header_bytes = 0;
    std::string body{};
    std::string refusal{};  ///< why a callback ended the transfer
    AnswerPart wanted = AnswerPart::whole;
    bool interim = false;        ///< the header section that is being read is of a 1xx answer
    bool head_complete = false;  ///< of the final answer
    std::size_t skipped = 0;     ///< bytes of a body that nobody wants
};

std::size_t take_body(const char* bytes, std::size_t, std::size_t count, void* data) {
    auto& exchange = *static_cast<CurlExchange*>(data);
    if (exchange.wanted == AnswerPart::head) {  // what is not read would look to the receiver like a failure
        exchange.skipped += count;
        return exchange.skipped <= exchange.request.max_response_bytes ? count : CURL_WRITEFUNC_ERROR;
    }
    if (count > exchange.request.max_response_bytes - exchange.body.size()) {
        exchange.refusal = "the answer is larger than allowed";
        return CURL_WRITEFUNC_ERROR;
    }
    exchange.body.append(bytes, count);
    return count;
}

std::size_t take_header(const char* bytes, std::size_t, std::size_t count, void* data) {
    auto& exchange = *static_cast<CurlExchange*>(data);
    const std::string_view line(bytes, count);
    if (line.starts_with("HTTP/")) {
        exchange.headers.clear();  // what came before belonged to an interim answer
        exchange.interim = line.find(" 1") == line.find(' ');
    }
    if (line == "\r\n" || line == "\n") exchange.head_complete = !exchange.interim;
    exchange.header_bytes += count;
    if (exchange.header_bytes > max_header_bytes) {
        exchange.refusal = "the answer's headers are larger than any that are expected";
        return CURL_WRITEFUNC_ERROR;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || line.starts_with("HTTP/")) return count;
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
    exchange.headers.emplace_back(line.substr(0, colon), trimmed(value));
    return count;
}

/// Asked about once a second: a transport that is closed or being destroyed ends its transfers.
int may_go_on(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& exchange = *static_cast<CurlExchange*>(data);
    if (!exchange.limit.closed()) return 0;
    exchange.refusal = "the transport was closed before an answer came";
    return 1;
}

CURLcode prepare_tls(CURL*, void* context, void* data) {
    auto& exchange = *static_cast<CurlExchange*>(data);
    exchange.refusal = restrict_tls(static_cast<SSL_CTX*>(context), exchange.trust);
    return exchange.refusal.empty() ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

HeaderList to_list(const Headers& headers) {
    HeaderList list;
    const auto append = [&](const std::string& line) {
        auto* longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        (void)list.release();
        list.reset(longer);
    };
    append("Expect:");  // an interim answer is nothing we want
    for (const auto& [name, value] : headers) append(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
    if (!find_header(headers, "Content-Type")) append("Content-Type:");
    if (!find_header(headers, "Accept")) append("Accept:");
    return list;
}

class CurlTransport final : public Transport {
public:
    CurlTransport(TransportOptions options, Rng& rng, AnswerPart wanted)
        : options_(std::move(options)),
          allowed_(options_.allowed_origins),
          rng_(rng),
          wanted_(wanted),
          limit_(options_.max_parallel) {
        static std::once_flag prepared;
        std::call_once(prepared, [] {
            curl_global_init(CURL_GLOBAL_DEFAULT);
            // OpenSSL writes without MSG_NOSIGNAL: a peer that hangs up would end the process.
            std::signal(SIGPIPE, SIG_IGN);
        });
        if (!options_.proxy.empty()) require_address(options_.proxy);
    }

    ~CurlTransport() override {
        limit_.close();
        limit_.wait_until_empty();
    }

    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;

    void close() override { limit_.close(); }

    Outcome send(const Request& original) override {
        const auto request = completed(original, rng_, options_.request_timeout);
        const auto deadline = steady_clock::now() + request.timeout;
        if (const auto reason = why_not_sendable(request, allowed_)) return failure(request, Fate::not_sent, *reason);
        if (const auto reason = limit_.why_not_entered(deadline)) return failure(request, Fate::not_sent, *reason);
        auto outcome = perform(request, deadline);
        limit_.leave();
        return outcome;
    }

private:
    /// A handle of the library with the connections it keeps, and whom it talked to last.
    struct Lane {
        Easy handle;
        std::string origin;
    };

    static void require_address(const std::string& proxy) {
        if (!is_proxy_address(proxy))  // not quoted: it may hold a password
            throw std::invalid_argument("the proxy is not an address of the form http://host:port");
    }

    /// A lane that talked to `origin` before and whose connection is quiet, else a new one.
    Lane take_lane(const std::string& origin) {
        for (;;) {
            auto lane = take_idle(origin);
            if (!lane) return {Easy(curl_easy_init()), origin};
            if (is_quiet(lane->handle.get())) return std::move(*lane);
        }
    }

    std::optional<Lane> take_idle(const std::string& origin) {
        const std::lock_guard lock(mutex_);
        for (auto lane = idle_.rbegin(); lane != idle_.rend(); ++lane) {
            if (lane->origin != origin) continue;
            auto found = std::move(*lane);
            idle_.erase(std::next(lane).base());
            return found;
        }
        return std::nullopt;
    }

    /// False when the kept connection can be read before anything was asked of it: the library would notice that the
    /// peer has closed it, but would take an unasked answer for the next request's own.
    static bool is_quiet(CURL* handle) {
        curl_socket_t socket = CURL_SOCKET_BAD;
        curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket);
        if (socket == CURL_SOCKET_BAD) return true;  // closed already: nothing to be mistaken
        pollfd watched{socket, POLLIN | POLLRDHUP, 0};
        return ::poll(&watched, 1, 0) == 0;
    }

    void give_back(Lane lane) {
        const std::lock_guard lock(mutex_);
        // The longest unused one makes room: an environment has a handful of origins, blob hosts come and go.
        if (idle_.size() >= options_.max_parallel) idle_.erase(idle_.begin());
        idle_.push_back(std::move(lane));
    }

    Outcome perform(const Request& request, steady_clock::time_point deadline) {
        // A connection of its own is the only one on which the library sends a request exactly once.
        auto lane = request.idempotent ? take_lane(request.origin) : Lane{Easy(curl_easy_init()), request.origin};
        if (!lane.handle) return failure(request, Fate::not_sent, "out of memory");
        CurlExchange exchange{request, limit_, {parse_origin(request.origin).value().host, options_.ca_file, {}}};
        if (const auto pin = options_.pinned_certificates.find(request.origin);
            pin != options_.pinned_certificates.end())
            exchange.trust.pin = pin->second;
        exchange.wanted = wanted_;
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (left.count() <= 0) return failure(request, Fate::not_sent, "no time was left to send it");

        CURL* handle = lane.handle.get();
        curl_easy_reset(handle);  // keeps the connections
        const auto url = request.origin + request.target;
        const auto headers = to_list(request.headers);
        configure_connection(handle, exchange, left);
        configure_message(handle, exchange, url, headers.get());
        const auto code = curl_easy_perform(handle);
        auto outcome = judge(handle, code, exchange);
        if (request.idempotent && outcome.fate == Fate::answered) give_back(std::move(lane));
        return outcome;
    }

    void configure_connection(CURL* handle, CurlExchange& exchange, milliseconds left) {
        const bool near = is_this_machine(exchange.trust.host);
        const bool pinned = !exchange.trust.pin.empty();
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(left.count()));
        // A look-up that still runs at the deadline is left to end by itself; without this its end would be waited for.
        curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
        curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, near ? "http,https" : "https");
        curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        // Empty, not absent: absent would let http_proxy and its like decide.
        curl_easy_setopt(handle, CURLOPT_PROXY, near || pinned ? "" : options_.proxy.c_str());
        curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        curl_easy_setopt(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, pinned ? 0L : 2L);
        curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, prepare_tls);
        curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, &exchange);
        curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, idle_seconds);
        curl_easy_setopt(handle, CURLOPT_MAXLIFETIME_CONN, longest_connection_seconds);
        if (!exchange.request.idempotent) {
            curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);
            curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
        }
    }

    static void configure_message(CURL* handle, CurlExchange& exchange, const std::string& url, curl_slist* headers) {
        const auto& request = exchange.request;
        curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
        curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
        const bool plain = request.body.empty() && (request.method == Method::get || request.method == Method::del);
        if (!plain) {
            curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
        }
        const std::string method(to_string(request.method));
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method.c_str());
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
        curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
        curl_easy_setopt(handle, CURLOPT_HEADERDATA, &exchange);
        curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, may_go_on);
        curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &exchange);
    }

    static Outcome judge(CURL* handle, CURLcode code, CurlExchange& exchange) {
        long status = 0;
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
        if (exchange.wanted == AnswerPart::head && exchange.head_complete && status >= 200 && status <= 599)
            return {.fate = Fate::answered,
                    .status = static_cast<int>(status),
                    .headers = std::move(exchange.headers),
                    .body = {},
                    .error = {}};
        if (code != CURLE_OK) {
            // Zero until the connection stands and the request is about to be written.
            curl_off_t sending_began = 0;
            curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &sending_began);
            return failure(exchange.request, sending_began == 0 ? Fate::not_sent : Fate::unknown,
                           exchange.refusal.empty() ? words_for(handle, code, exchange.request) : exchange.refusal);
        }
        const auto number = static_cast<int>(status);
        if (const auto reason =
                why_not_credible(exchange.request.headers, number, exchange.headers, exchange.body.size())) {
            return failure(exchange.request, Fate::unknown, *reason);
        }
        return {.fate = Fate::answered,
                .status = number,
                .headers = std::move(exchange.headers),
                .body = std::move(exchange.body),
                .error = {}};
    }

    static std::string words_for(CURL* handle, CURLcode code, const Request& request) {
        switch (code) {
            case CURLE_COULDNT_RESOLVE_HOST:
                return "the host's name is not known";
            case CURLE_COULDNT_CONNECT:
                return "nothing accepts connections there";
            case CURLE_OPERATION_TIMEDOUT:
                return fmt::format("no complete answer within {} ms", request.timeout.count());
            case CURLE_PEER_FAILED_VERIFICATION:
            case CURLE_SSL_CONNECT_ERROR:
                return fmt::format("no trusted TLS connection: {}", curl_easy_strerror(code));
            case CURLE_RECV_ERROR: {
                long proxy_status = 0;
                curl_easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
                if (proxy_status >= 300) return fmt::format("the proxy answered {}", proxy_status);
                return "the connection died before the answer was complete";
            }
            case CURLE_GOT_NOTHING:
            case CURLE_PARTIAL_FILE:
            case CURLE_SEND_ERROR:
                return "the connection died before the answer was complete";
            default:
                return curl_easy_strerror(code);
        }
    }

    const TransportOptions options_;
    const OriginAllowList allowed_;
    Rng& rng_;
    const AnswerPart wanted_;
    ParallelLimit limit_;
    std::mutex mutex_;
    std::vector<Lane> idle_;
};

}  // namespace

bool is_proxy_address(const std::string& proxy) {
    const Url url(curl_url());
    return url && (proxy.starts_with("http://") || proxy.starts_with("https://")) &&
           curl_url_set(url.get(), CURLUPART_URL, proxy.c_str(), 0) == CURLUE_OK;
}

std::unique_ptr<Transport> make_curl_transport(TransportOptions options, Rng& rng) {
    return std::make_unique<CurlTransport>(std::move(options), rng, AnswerPart::whole);
}

std::unique_ptr<Transport> make_posting_transport(TransportOptions options, Rng& rng) {
    return std::make_unique<CurlTransport>(std::move(options), rng, AnswerPart::head);
}

}  // namespace regent::net
