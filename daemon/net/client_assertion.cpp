#include "net/client_assertion.hpp"

#include "net/base64url.hpp"
#include "net/guid.hpp"
#include "net/private_file.hpp"
#include "net/redact.hpp"
#include "net/token_fetcher.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::net {
namespace {

using namespace std::chrono_literals;
using Assertion = tl::expected<std::string, TokenError>;

/// https://learn.microsoft.com/entra/identity-platform/certificate-credentials asks for 5 to 10 minutes after nbf.
constexpr auto assertion_lifetime = 10min;

tl::unexpected<TokenError> assertion_failure(bool retryable, std::string_view message, std::string help) {
    return tl::unexpected(TokenError{.retryable = retryable, .message = redact(message), .help = std::move(help)});
}

/// Three parts of base64url: RFC 7515, section 7.1. What it says is Entra's to judge.
bool looks_like_jwt(std::string_view text) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    return std::count(text.begin(), text.end(), '.') == 2 && text.front() != '.' && text.back() != '.' &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

class Maker {
public:
    Maker(const AssertionRequest& request, Transport& transport, Clock& clock, Rng& rng)
        : request_(request), transport_(transport), clock_(clock), rng_(rng) {}

    Assertion operator()(const ClientCertificate& certificate) const {
        const auto now = std::chrono::system_clock::to_time_t(clock_.now());
        const auto life = std::chrono::duration_cast<std::chrono::seconds>(assertion_lifetime).count();
        const nlohmann::json header = {{"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", certificate.thumbprint()}};
        const nlohmann::json claims = {{"aud", request_.token_endpoint},
                                       {"iss", request_.client_id},
                                       {"sub", request_.client_id},
                                       {"jti", make_guid(rng_)},
                                       {"nbf", now},
                                       {"iat", now},
                                       {"exp", now + life}};
        auto text = to_base64url(header.dump()) + "." + to_base64url(claims.dump());
        auto signature = certificate.sign_ps256(text);
        if (!signature) return tl::unexpected(std::move(signature.error()));
        return text + "." + to_base64url(*signature);
    }

    /// Read anew for each token: whoever writes the file renews it, within the hour where Kubernetes does.
    Assertion operator()(const FederatedTokenFile& file) const {
        auto bytes = read_file(file.path);
        if (!bytes) return tl::unexpected(std::move(bytes.error()));
        const auto help =
            "check AZURE_FEDERATED_TOKEN_FILE: the projected token of the pod's service account, or what else writes "
            "the token";
        // Kubernetes mounts the token before it starts the container: what was never there is a wrong path.
        if (!*bytes)
            return assertion_failure(request_.had_before, fmt::format("there is no file {}", file.path.string()), help);
        auto text = (*bytes)->bytes.reveal();
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
        if (text.empty() || !looks_like_jwt(text))
            return assertion_failure(false, fmt::format("{} holds no token (a JWT of three parts)", file.path.string()),
                                     help);
        return text;
    }

    /// https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token
    Assertion operator()(const GitHubActionsToken& github) const {
        constexpr auto help =
            "the workflow needs `permissions: id-token: write`, and its runner must reach GitHub; "
            "ACTIONS_ID_TOKEN_REQUEST_URL comes from the runner";
        const auto path = github.url.find('/', github.url.find("://") + 3);
        if (path == std::string::npos)
            return assertion_failure(false, "ACTIONS_ID_TOKEN_REQUEST_URL is no address", help);
        Request request;
        request.origin = github.url.substr(0, path);
        request.target = github.url.substr(path) + (github.url.find('?') == std::string::npos ? "?" : "&") +
                         "audience=" + form_encoded(request_.federated_audience);
        request.headers = {{"Authorization", "Bearer " + github.request_token.reveal()},
                           {"Accept", "application/json"}};
        request.max_response_bytes = 1U << 20U;
        auto outcome = transport_.send(request);
        if (outcome.fate != Fate::answered) return assertion_failure(true, outcome.error, help);
        if (outcome.status != 200) {
            return assertion_failure(
                outcome.status == 429 || outcome.status >= 500,
                fmt::format("GitHub answered {} when asked for the workflow's token", outcome.status), help);
        }
        const auto answer = nlohmann::json::parse(outcome.body, nullptr, false);
        Secret::wipe(outcome.body);
        const auto value = answer.is_object() ? answer.find("value") : answer.end();
        if (!answer.is_object() || value == answer.end() || !value->is_string() ||
            !looks_like_jwt(value->get_ref<const std::string&>()))
            return assertion_failure(false, "GitHub's answer holds no token", help);
        return value->get<std::string>();
    }

    Assertion operator()(const Secret&) const {
        return assertion_failure(false, "a client secret is no assertion", {});
    }
    Assertion operator()(const ManagedIdentity&) const {
        return assertion_failure(false, "a managed identity makes no assertion", {});
    }

private:
    const AssertionRequest& request_;
    Transport& transport_;
    Clock& clock_;
    Rng& rng_;
};

}  // namespace

tl::expected<std::string, TokenError> make_client_assertion(const Credential& credential,
                                                            const AssertionRequest& request, Transport& transport,
                                                            Clock& clock, Rng& rng) {
    return std::visit(Maker(request, transport, clock, rng), credential);
}

}  // namespace regent::net
