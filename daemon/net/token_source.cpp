#include "net/base64url.hpp"
#include "net/credentials.hpp"
#include "net/guid.hpp"
#include "net/redact.hpp"
#include "net/retry.hpp"
#include "net/sign_in_errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

namespace regent::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

/// https://learn.microsoft.com/entra/identity-platform/certificate-credentials asks for 5 to 10 minutes after nbf.
constexpr auto assertion_lifetime = 10min;
constexpr auto refresh_before_end = 5min;
/// The old token serves on for as long, when a new one cannot be had right now.
constexpr auto shortest_useful_rest = 30s;

std::string form_encoded(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

/// A tenant becomes a path segment of the sign-in address; nothing else may get into it.
bool is_tenant(std::string_view text) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// `expires_in` is a number here and a string at managed identity endpoints; both are read.
std::optional<seconds> lifetime_of(const nlohmann::json& answer) {
    const auto found = answer.find("expires_in");
    if (found == answer.end()) return std::nullopt;
    std::int64_t value = -1;
    if (found->is_number_integer()) {
        value = found->get<std::int64_t>();
    } else if (found->is_string()) {
        const auto& text = found->get_ref<const std::string&>();
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    }
    constexpr std::int64_t a_week = std::int64_t{7} * 24 * 3600;
    if (value < 0) return std::nullopt;
    return seconds(std::min(value, a_week));
}

/// The `oid` claim. The token is not ours to verify: it came from the service over TLS, and only names us.
std::string object_id_in(const std::string& token) {
    const auto first = token.find('.');
    const auto second = token.find('.', first + 1);
    if (first == std::string::npos || second == std::string::npos) return {};
    const auto payload = from_base64url(std::string_view(token).substr(first + 1, second - first - 1));
    if (!payload) return {};
    const auto claims = nlohmann::json::parse(*payload, nullptr, false);
    const auto oid = claims.is_object() ? claims.find("oid") : claims.end();
    return claims.is_object() && oid != claims.end() && oid->is_string() ? oid->get<std::string>() : std::string();
}

bool is_header_safe(const std::string& token) {
    return !token.empty() &&
           std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

using Result = tl::expected<AccessToken, TokenError>;

class ClientCredentialTokens final : public TokenSource {
public:
    ClientCredentialTokens(Transport& transport, Clock& clock, Rng& rng, TokenRequest request)
        : transport_(transport), clock_(clock), rng_(rng), request_(std::move(request)) {
        while (request_.login_origin.ends_with('/')) request_.login_origin.pop_back();
        target_ = fmt::format("/{}/oauth2/v2.0/token", request_.tenant);
    }

    Result token(const std::string& scope) override {
        std::shared_ptr<Flight> flight;
        {
            std::unique_lock lock(mutex_);
            auto& entry = entries_[scope];
            if (entry.kept && serves(*entry.kept, clock_.monotonic() < entry.kept->refresh_at))
                return entry.kept->token;
            if (entry.flight) {
                flight = entry.flight;
                landed_.wait(lock, [&] { return flight->result.has_value(); });
                return *flight->result;
            }
            flight = entry.flight = std::make_shared<Flight>();
        }
        return land(scope, *flight, fetch_with_patience(scope));
    }

    void forget(const std::string& scope) override {
        const std::lock_guard lock(mutex_);
        entries_[scope].kept.reset();
    }

private:
    struct Kept {
        AccessToken token;
        std::chrono::steady_clock::time_point refresh_at;
        std::chrono::steady_clock::time_point ends_at;
    };
    struct Flight {
        std::optional<Result> result;
    };
    struct Entry {
        std::optional<Kept> kept;
        std::shared_ptr<Flight> flight;
    };

    /// Both clocks must agree: the wall clock may be set, the monotonic one stops while the machine sleeps.
    [[nodiscard]] bool serves(const Kept& kept, bool monotonic_agrees) const {
        return monotonic_agrees && clock_.now() + shortest_useful_rest < kept.token.expires_at;
    }

    Result land(const std::string& scope, Flight& flight, tl::expected<Kept, TokenError> fetched) {
        const std::lock_guard lock(mutex_);
        auto& entry = entries_[scope];
        if (fetched) {
            entry.kept = *fetched;
            flight.result = std::move(fetched->token);
        } else if (fetched.error().retryable && entry.kept &&
                   serves(*entry.kept, clock_.monotonic() + shortest_useful_rest < entry.kept->ends_at)) {
            flight.result = entry.kept->token;
        } else {
            flight.result = tl::unexpected(std::move(fetched.error()));
        }
        entry.flight.reset();
        landed_.notify_all();
        return *flight.result;
    }

    tl::expected<Kept, TokenError> fetch_with_patience(const std::string& scope) {
        std::chrono::milliseconds waited{0};
        for (int tries = 1;; ++tries) {
            std::optional<std::chrono::milliseconds> retry_after;
            auto fetched = fetch(scope, retry_after);
            if (fetched || !fetched.error().retryable || tries >= policy_.max_attempts) return fetched;
            const auto delay = retry_delay(policy_, tries, retry_after, rng_.next());
            waited += delay;
            if (waited > policy_.give_up_after || !clock_.sleep_for(delay)) return fetched;
        }
    }

    tl::expected<Kept, TokenError> fetch(const std::string& scope,
                                         std::optional<std::chrono::milliseconds>& retry_after) {
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
        auto kept = read_token(outcome.body, asked_at);
        Secret::wipe(outcome.body);
        return kept;
    }

    tl::expected<Kept, TokenError> read_token(const std::string& body, std::chrono::steady_clock::time_point asked_at) {
        const auto answer = nlohmann::json::parse(body, nullptr, false);
        const auto text = answer.is_object() ? answer.find("access_token") : answer.end();
        const auto lifetime = answer.is_object() ? lifetime_of(answer) : std::nullopt;
        if (!lifetime || text == answer.end() || !text->is_string() ||
            !is_header_safe(text->get_ref<const std::string&>())) {
            return failure(false, "the sign-in service's answer holds no token that can be used",
                           "check `endpoints.login` in the Environment manifest");
        }
        AccessToken token{text->get<std::string>(), clock_.now() + *lifetime, {}};
        token.object_id = object_id_in(token.text);
        const auto margin = std::min<seconds>(refresh_before_end, *lifetime / 2);
        return Kept{std::move(token), asked_at + *lifetime - margin, asked_at + *lifetime};
    }

    tl::expected<std::string, TokenError> make_form(const std::string& scope) {
        auto form = fmt::format("grant_type=client_credentials&client_id={}&scope={}", form_encoded(request_.client_id),
                                form_encoded(scope));
        if (const auto* secret = std::get_if<Secret>(&request_.credential)) {
            return form + "&client_secret=" + form_encoded(secret->reveal());
        }
        auto assertion = make_assertion(std::get<ClientCertificate>(request_.credential));
        if (!assertion) return tl::unexpected(std::move(assertion.error()));
        return form +
               "&client_assertion_type=" + form_encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") +
               "&client_assertion=" + *assertion;
    }

    /// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
    tl::expected<std::string, TokenError> make_assertion(const ClientCertificate& certificate) {
        const auto now = std::chrono::system_clock::to_time_t(clock_.now());
        const nlohmann::json header = {{"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", certificate.thumbprint()}};
        const nlohmann::json claims = {{"aud", request_.login_origin + target_},
                                       {"iss", request_.client_id},
                                       {"sub", request_.client_id},
                                       {"jti", make_guid(rng_)},
                                       {"nbf", now},
                                       {"iat", now},
                                       {"exp", now + std::chrono::duration_cast<seconds>(assertion_lifetime).count()}};
        auto text = to_base64url(header.dump()) + "." + to_base64url(claims.dump());
        auto signature = certificate.sign_ps256(text);
        if (!signature) return tl::unexpected(std::move(signature.error()));
        return text + "." + to_base64url(*signature);
    }

    static tl::unexpected<TokenError> failure(bool retryable, std::string_view message, std::string help) {
        return tl::unexpected(TokenError{.retryable = retryable, .message = redact(message), .help = std::move(help)});
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
    const RetryPolicy policy_{};
    std::mutex mutex_;
    std::condition_variable landed_;
    std::map<std::string, Entry> entries_;
};

}  // namespace

std::unique_ptr<TokenSource> make_token_source(Transport& transport, Clock& clock, Rng& rng, TokenRequest request) {
    return std::make_unique<ClientCredentialTokens>(transport, clock, rng, std::move(request));
}

}  // namespace regent::net
