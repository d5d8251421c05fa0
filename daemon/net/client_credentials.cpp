#include "net/client_assertion.hpp"
#include "net/credential_dates.hpp"
#include "net/credentials.hpp"
#include "net/login_form.hpp"
#include "net/managed_identity.hpp"
#include "net/retry.hpp"
#include "net/sign_in_errors.hpp"
#include "net/token_fetcher.hpp"

#include <fmt/format.h>

#include <atomic>

namespace regent::net {
namespace {

/// The client credentials grant: a secret, or an assertion that somebody signed.
class ClientCredentials final : public TokenFetcher {
public:
    ClientCredentials(Transport& transport, Clock& clock, Rng& rng, TokenRequest request)
        : transport_(transport), clock_(clock), rng_(rng), request_(std::move(request)) {
        while (request_.login_origin.ends_with('/')) request_.login_origin.pop_back();
        target_ = fmt::format("/{}/oauth2/v2.0/token", request_.tenant);
    }

    tl::expected<Fetched, TokenError> fetch(const std::string& scope, int,
                                            std::optional<std::chrono::milliseconds>& retry_after) override {
        auto assertion = make_assertion();
        if (!assertion) return tl::unexpected(std::move(assertion.error()));
        auto form = make_form(scope, *assertion);
        const auto asked_at = clock_.monotonic();
        auto outcome = post_login_form(transport_, request_.login_origin, request_.tenant, "token", std::move(form));
        if (!outcome) return tl::unexpected(std::move(outcome.error()));
        if (outcome->status != 200) {
            if (const auto text = find_header(outcome->headers, "Retry-After"))
                retry_after = parse_retry_after(*text, clock_.now());
            auto error = explain_refusal(outcome->status, outcome->body);
            if (const auto* secret = std::get_if<Secret>(&request_.credential)) hide_secret(error.message, *secret);
            if (auto help = help_by_dates(refusal_code(outcome->body), request_.credential, *assertion, clock_.now());
                !help.empty())
                error.help = std::move(help);
            return tl::unexpected(std::move(error));
        }
        auto read =
            read_token_answer(outcome->body, clock_, asked_at, "check `endpoints.login` in the Environment manifest");
        Secret::wipe(outcome->body);
        return read;
    }

private:
    /// Empty when a secret is sent instead.
    tl::expected<std::string, TokenError> make_assertion() {
        if (std::holds_alternative<Secret>(request_.credential)) return std::string();
        auto assertion = make_client_assertion(request_.credential,
                                               {.token_endpoint = request_.login_origin + target_,
                                                .client_id = request_.client_id,
                                                .federated_audience = request_.federated_audience,
                                                .had_before = had_assertion_},
                                               transport_, clock_, rng_);
        had_assertion_ = had_assertion_ || assertion.has_value();
        return assertion;
    }

    [[nodiscard]] std::string make_form(const std::string& scope, const std::string& assertion) const {
        auto form = fmt::format("grant_type=client_credentials&client_id={}&scope={}", form_encoded(request_.client_id),
                                form_encoded(scope));
        if (const auto* secret = std::get_if<Secret>(&request_.credential))
            return form + "&client_secret=" + form_encoded(secret->reveal());
        return form +
               "&client_assertion_type=" + form_encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") +
               "&client_assertion=" + form_encoded(assertion);
    }

    Transport& transport_;
    Clock& clock_;
    Rng& rng_;
    TokenRequest request_;
    std::string target_;
    std::atomic<bool> had_assertion_ = false;  ///< scopes are asked for beside each other
};

}  // namespace

std::unique_ptr<TokenSource> make_token_source(Transport& transport, Clock& clock, Rng& rng, TokenRequest request,
                                               SignInWaitListener on_wait) {
    auto tenant = request.tenant;
    if (const auto* identity = std::get_if<ManagedIdentity>(&request.credential))
        return make_caching_token_source(clock, rng, std::move(tenant),
                                         make_managed_identity_fetcher(transport, clock, *identity),
                                         std::move(on_wait));
    return make_caching_token_source(clock, rng, std::move(tenant),
                                     std::make_unique<ClientCredentials>(transport, clock, rng, std::move(request)),
                                     std::move(on_wait));
}

}  // namespace regent::net
