#pragma once

#include "net/clock.hpp"
#include "net/session.hpp"
#include "net/transport.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace regent::net {

/// One way to get a token from a service, without cache or patience: make_caching_token_source() adds both.
class TokenFetcher {
public:
    struct Fetched {
        AccessToken token;
        std::chrono::seconds lifetime{0};
        std::chrono::steady_clock::time_point asked_at;  ///< its life is counted from here
    };

    virtual ~TokenFetcher() = default;
    /// Asks once. `tries` counts from 1. `retry_after` is set when the service, or its documentation, says how long to
    /// wait before the next try.
    [[nodiscard]] virtual tl::expected<Fetched, TokenError> fetch(
        const std::string& scope, int tries, std::optional<std::chrono::milliseconds>& retry_after) = 0;
    [[nodiscard]] virtual RetryPolicy policy() const { return {}; }
};

/// See make_token_source() for what it promises. `tenant`: a GUID that every token's `tid` has to be, since a managed
/// identity belongs to whatever tenant the machine does; a token that says otherwise is an error and sent nowhere.
/// Empty, or a domain name: not checked.
[[nodiscard]] std::unique_ptr<TokenSource> make_caching_token_source(Clock& clock, Rng& rng, std::string tenant,
                                                                     std::unique_ptr<TokenFetcher> fetcher,
                                                                     SignInWaitListener on_wait = {});

/// Reads a token endpoint's answer of status 200 (RFC 6749, section 5.1). `expires_in` may be a number or, as managed
/// identity endpoints have it, its text; or there is only `expires_on`. `help` is said when it holds no token that can
/// be used.
[[nodiscard]] tl::expected<TokenFetcher::Fetched, TokenError> read_token_answer(
    std::string_view body, const Clock& clock, std::chrono::steady_clock::time_point asked_at, std::string_view help);

/// `text` in the form of application/x-www-form-urlencoded, which is good for a query's value as well.
[[nodiscard]] std::string form_encoded(std::string_view text);

}  // namespace regent::net
