#pragma once

#include "net/clock.hpp"
#include "net/transport.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace regent::net {

/// A bearer token with its end. The text never reaches a log: the type has no printing operator, and `redact` knows it.
struct AccessToken {
    std::string text;
    std::chrono::system_clock::time_point expires_at;
    std::string object_id{};  ///< `oid` claim: the calling service principal; empty when the token carries none
    std::string tenant_id{};  ///< `tid` claim; empty when the token carries none
    std::string client_id{};  ///< `appid`, or `azp` of version 2; empty when the token carries none
    std::vector<std::string> roles{};  ///< application permissions that were granted when it was issued
};

struct TokenError {
    bool retryable = false;
    std::string message;  ///< the service's words: "AADSTS7000215: Invalid client secret provided. …" first sentence,
                          ///< with trace id
    std::string help;     ///< what to do
};

/// Told before a sign-in that failed for a transient reason is tried again; a managed identity may take minutes.
using SignInWaitListener = std::function<void(std::chrono::milliseconds wait, const TokenError& why)>;

/// What trying again does not mend.
[[nodiscard]] inline tl::unexpected<TokenError> refuse(std::string message, std::string help) {
    return tl::unexpected(TokenError{.retryable = false, .message = std::move(message), .help = std::move(help)});
}

/// Gives tokens for a scope ("https://graph.microsoft.com/.default"); caches them; one request in flight per scope.
/// Implementations: see credentials.hpp.
class TokenSource {
public:
    virtual ~TokenSource() = default;
    [[nodiscard]] virtual tl::expected<AccessToken, TokenError> token(const std::string& scope) = 0;
    /// Forgets a cached token, after a 401 or an unexpected 403.
    virtual void forget(const std::string& scope) = 0;
};

/// How patient a session is. The defaults suit a command: a person is waiting.
struct RetryPolicy {
    int max_attempts = 6;                       ///< tries in all, the first included
    std::chrono::milliseconds base{500};        ///< first back-off; doubles
    std::chrono::milliseconds ceiling{30'000};  ///< of one back-off; a longer Retry-After is still waited in full …
    std::chrono::milliseconds give_up_after{300'000};  ///< … unless the waits of one call would exceed this
};

/// Why a call failed for good. The kinds of provider/provider_error.hpp are made of these.
struct CallError {
    enum class Kind {
        sign_in,          ///< no token, and asking again will not help
        not_sent,         ///< nothing was changed: no try left this machine, or it was a read that got no answer
        unknown_outcome,  ///< a write, one try of which may have been applied
        throttled,        ///< refused by the service for now; `retry_after` says how long
        interrupted       ///< the process was asked to stop while the call waited; nothing was changed
    };
    Kind kind = Kind::not_sent;
    std::string message;
    std::chrono::milliseconds retry_after{0};  ///< for throttled
    std::string help;
    std::string client_request_id;
};

/// A complete HTTP answer, of any status a retry could not change.
struct Answer {
    int status = 0;
    Headers headers;
    std::string body;
    std::string client_request_id;  ///< ours, sent with the request
    std::string request_id;         ///< the service's, from `request-id` or `x-ms-request-id`; may be empty
    int attempts = 1;
};

/// Counts for the report: "read 7 objects in 2.4 s", and for tests.
struct SessionCounters {
    std::uint64_t requests = 0, retries = 0, throttled = 0;
    std::chrono::milliseconds waited{0};
};

/// Told when a call waits longer than a second, so that a person sees why nothing moves ("throttled, goes on in 3 s").
using WaitListener =
    std::function<void(const Request& request, std::chrono::milliseconds wait, const std::string& why)>;

/// Transport plus manners: signs requests in, waits what Retry-After says, retries what may be retried, remembers
/// throttling for the whole origin so that other threads wait too.
///
/// Retried: Fate::not_sent; what verdict_on() says of a status, and Fate::unknown only when the request is idempotent;
/// 429 for all: the service says it did not process it. 401: once, with a fresh token.
/// Everything else is an Answer, and so is a 408 or 5xx that stayed to the last try. Thread-safe; `on_wait` is called
/// from the thread that waits. A call that never has to wait is finished even when the process was asked to stop
/// meanwhile.
class Session {
public:
    virtual ~Session() = default;
    /// `scope` empty: no Authorization header (blob storage addresses carry their own signature).
    [[nodiscard]] virtual tl::expected<Answer, CallError> call(Request request, const std::string& scope) = 0;
    [[nodiscard]] virtual TokenSource& tokens() = 0;
    [[nodiscard]] virtual SessionCounters counters() const = 0;
};

[[nodiscard]] std::unique_ptr<Session> make_session(Transport& transport, TokenSource& tokens, Clock& clock, Rng& rng,
                                                    RetryPolicy policy = {}, WaitListener on_wait = {});

/// `session` for those who only look: no call begins once the process was asked to stop (CallError::Kind::interrupted).
/// A tenant that answers slowly would hold up a stop for as long as it has pages. Who writes finishes what is begun,
/// and looks for that as often as it takes, with the session itself.
[[nodiscard]] std::unique_ptr<Session> make_session_for_reads(Session& session, Clock& clock);

}  // namespace regent::net
