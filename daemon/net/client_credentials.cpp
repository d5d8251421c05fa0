#include "net/base64url.hpp"
#include "net/client_assertion.hpp"
#include "net/credentials.hpp"
#include "net/managed_identity.hpp"
#include "net/redact.hpp"
#include "net/retry.hpp"
#include "net/sign_in_errors.hpp"
#include "net/token_fetcher.hpp"

#include <fmt/format.h>

namespace regent::net {
namespace {

/// A tenant becomes a path segment of the sign-in address; nothing else may get into it.
bool is_tenant(std::string_view text) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

tl::unexpected<TokenError> failure(bool retryable, std::string_view message, std::string help) {
    return tl::unexpected(TokenError{.retryable = retryable, .message = redact(message), .help = std::move(help)});
}

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
        if (!is_tenant(request_.tenant)) {
            return failure(false, "the tenant is neither a GUID nor a domain name",
                           "check AZURE_TENANT_ID or the Environment's tenantId");
        }
        auto form = make_form(scope);
        if (!form) return tl::unexpected(std::move(form.error()));
        Request request;
        request.method = Method::post;
        request.origin = request_.login_origin;
        request.target = target_;
        request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
        request.body = std::move(*form);
        request.idempotent = true;  // two tokens instead of one harm nobody
        request.max_response_bytes = 1U << 20U;
        const auto asked_at = clock_.monotonic();
        auto outcome = transport_.send(request);
        Secret::wipe(request.body);
        if (outcome.fate != Fate::answered) {
            return failure(true, outcome.error,
                           "check the network, the proxy and `endpoints.login` in the Environment manifest");
        }
        if (outcome.status != 200) {
            if (const auto text = find_header(outcome.headers, "Retry-After")) {
                retry_after = parse_retry_after(*text, clock_.now());
            }
            auto error = explain_refusal(outcome.status, outcome.body);
            hide_own_secret(error.message);
            return tl::unexpected(std::move(error));
        }
        auto read =
            read_token_answer(outcome.body, clock_, asked_at, "check `endpoints.login` in the Environment manifest");
        Secret::wipe(outcome.body);
        return read;
    }

private:
    tl::expected<std::string, TokenError> make_form(const std::string& scope) {
        auto form = fmt::format("grant_type=client_credentials&client_id={}&scope={}", form_encoded(request_.client_id),
                                form_encoded(scope));
        if (const auto* secret = std::get_if<Secret>(&request_.credential))
            return form + "&client_secret=" + form_encoded(secret->reveal());
        auto assertion = make_client_assertion(
            request_.credential, {request_.login_origin + target_, request_.client_id, request_.federated_audience},
            transport_, clock_, rng_);
        if (!assertion) return tl::unexpected(std::move(assertion.error()));
        return form +
               "&client_assertion_type=" + form_encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") +
               "&client_assertion=" + form_encoded(*assertion);
    }

    /// A service that quotes the request back would put the secret into an error; its form is not one redact() can
    /// know.
    void hide_own_secret(std::string& message) const {
        const auto* secret = std::get_if<Secret>(&request_.credential);
        if (secret == nullptr || secret->empty()) return;
        for (const auto& text : {secret->reveal(), form_encoded(secret->reveal())}) {
            for (auto at = message.find(text); at != std::string::npos; at = message.find(text, at + 3)) {
                message.replace(at, text.size(), "***");
            }
        }
    }

    Transport& transport_;
    Clock& clock_;
    Rng& rng_;
    TokenRequest request_;
    std::string target_;
};

}  // namespace

std::unique_ptr<TokenSource> make_token_source(Transport& transport, Clock& clock, Rng& rng, TokenRequest request) {
    auto tenant = request.tenant;
    if (const auto* identity = std::get_if<ManagedIdentity>(&request.credential))
        return make_caching_token_source(clock, rng, std::move(tenant),
                                         make_managed_identity_fetcher(transport, clock, *identity));
    return make_caching_token_source(clock, rng, std::move(tenant),
                                     std::make_unique<ClientCredentials>(transport, clock, rng, std::move(request)));
}

}  // namespace regent::net
