#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::net {

enum class Method { get, post, put, patch, del };
[[nodiscard]] std::string_view to_string(Method method) noexcept;  ///< "GET" …

using Headers = std::vector<std::pair<std::string, std::string>>;
/// First value of `name`, compared without case.
[[nodiscard]] std::optional<std::string> find_header(const Headers& headers, std::string_view name);

/// One HTTP request. A value: building one sends nothing.
struct Request {
    Method method = Method::get;
    std::string origin;  ///< "https://graph.microsoft.com": scheme, host and optional port; nothing behind it
    std::string target;  ///< "/v1.0/applications?$top=999": percent-encoded path and query
    Headers headers;     ///< values with CR, LF or NUL are refused (Fate::not_sent)
    std::string body;    ///< sent with Content-Length, never chunked
    /// May the same request be sent twice without harm? GET, keyed PATCH and DELETE: yes. addPassword, creating a
    /// connector: no. A request that is not idempotent gets a connection of its own, since a reused one may be replayed
    /// by the library.
    bool idempotent = true;
    std::size_t max_response_bytes = 32u << 20;
    std::chrono::milliseconds timeout{0};  ///< for the whole exchange, name look-up included; 0: the transport's own
};

/// What is known about a request after it was tried. RFC 9110, section 9.2.2: what may have been applied must not be
/// repeated blindly.
enum class Fate {
    answered,  ///< a complete response arrived
    not_sent,  ///< certainly not processed: refused, name unknown, TLS failed, nothing left this machine
    unknown    ///< may have been applied: the connection died, the deadline passed, the answer was damaged
};

struct Outcome {
    Fate fate = Fate::not_sent;
    int status = 0;     ///< when answered
    Headers headers;    ///< when answered
    std::string body;   ///< when answered
    std::string error;  ///< otherwise: one line for a person, without headers, bodies or tokens
};

/// Sends requests. Blocking, callable from many threads at once (from our own threads, never from a library's pool).
/// Does not retry, follow redirects, add credentials or interpret status codes: see Session.
class Transport {
public:
    virtual ~Transport() = default;
    [[nodiscard]] virtual Outcome send(const Request& request) = 0;
    /// Ends what is under way, within about a second, and sends nothing any more; calls come back as if the connection
    /// had died. For a thread that has to end soon and cannot be told so while it waits in send().
    virtual void close() {}
};

/// What a transport may talk to, and how.
struct TransportOptions {
    /// Origins that may be contacted; anything else is Fate::not_sent. "https://host[:port]"; plain http only for
    /// loopback hosts. A leading "https://*." allows every sub-domain (blob storage of the Power Platform).
    std::vector<std::string> allowed_origins;
    std::string ca_file;  ///< additional CA bundle in PEM, for private endpoints; empty: the system's only
    std::string proxy;    ///< "http://proxy:3128"; empty: none. Never for loopback
    /// Origin → SHA-1 of the one certificate that is trusted there, in hex and capitals: no authority vouches for it,
    /// and neither its names nor its dates are looked at. Never reached through the proxy.
    std::map<std::string, std::string> pinned_certificates{};
    std::size_t max_parallel = 16;
    std::chrono::milliseconds request_timeout{60'000};  ///< of requests that name none
};

}  // namespace regent::net
