#include "net/base64url.hpp"
#include "net/delegated_sign_in.hpp"
#include "net/json_text.hpp"
#include "net/login_form.hpp"
#include "net/sign_in_errors.hpp"
#include "net/token_fetcher.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace regent::net {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto longest_interval = 60s;

tl::unexpected<TokenError> device_failure(std::string message, std::string help) {
    return tl::unexpected(TokenError{.retryable = false, .message = std::move(message), .help = std::move(help)});
}

std::chrono::seconds seconds_of(const json& object, const char* name, std::chrono::seconds otherwise) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_integer()) return otherwise;
    return std::chrono::seconds(std::clamp<long>(found->get<long>(), 1, 86'400));
}

/// The claims of a token that came from the service over TLS: it names who has signed in, and is not ours to verify.
json id_token_claims(const std::string& token) {
    const auto first = token.find('.'), second = token.find('.', first + 1);
    if (first == std::string::npos || second == std::string::npos) return {};
    const auto payload = from_base64url(std::string_view(token).substr(first + 1, second - first - 1));
    return payload ? json::parse(*payload, nullptr, false) : json();
}

bool same_text(const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

tl::expected<DelegatedGrant, TokenError> read_grant(const std::string& body, const DelegatedClient& client,
                                                    const Clock& clock) {
    auto fetched = read_token_answer(body, clock, clock.monotonic(), "check `endpoints.login` of the Environment");
    if (!fetched) return tl::unexpected(std::move(fetched.error()));
    const auto& token = fetched->token;
    const bool is_guid = std::count(client.tenant.begin(), client.tenant.end(), '-') == 4;
    if (is_guid && !token.tenant_id.empty() && !same_text(token.tenant_id, client.tenant))
        return device_failure(
            fmt::format("the person signed in to tenant {}, not to {}", token.tenant_id, client.tenant),
            "sign in with an account of the environment's tenant");
    const auto answer = json::parse(body, nullptr, false);
    DelegatedGrant grant;
    grant.refresh_token = Secret(text_of(answer, "refresh_token"));
    const auto claims = id_token_claims(token.text), identity = id_token_claims(text_of(answer, "id_token"));
    for (auto candidate : {text_of(claims, "upn"), text_of(identity, "preferred_username"), text_of(identity, "upn")}) {
        if (grant.user.empty()) grant.user = std::move(candidate);
    }
    grant.object_id = token.object_id;
    grant.signed_in_at = clock.now();
    if (!grant.refresh_token.empty()) return grant;
    return device_failure("the sign-in brought no refresh token, so it would end within the hour",
                          "let the client have the permission `offline_access`");
}

TokenError refused(const Outcome& outcome) {
    auto error = explain_refusal(outcome.status, outcome.body);
    const auto kind = text_of(json::parse(outcome.body, nullptr, false), "error");
    const int code = refusal_code(outcome.body);
    if (code == 7000218)
        error.help =
            "this is no public client: switch \"Allow public client flows\" on in its registration "
            "(`isFallbackPublicClient: true`), or name another one in `spec.signIn.clientId`";
    if (code == 700016)
        error.help =
            "check `spec.signIn.clientId`: the tenant does not know this client (a new one takes some minutes)";
    if (kind == "authorization_declined" || kind == "access_denied") {
        error.help = "the person declined; run the command again to ask once more";
        error.retryable = false;
    }
    return error;
}

}  // namespace

tl::expected<DeviceCode, TokenError> ask_for_device_code(Transport& transport, const DelegatedClient& client,
                                                         const std::string& scope) {
    auto form = fmt::format("client_id={}&scope={}", form_encoded(client.client_id),
                            form_encoded(scope + " offline_access openid profile"));
    auto outcome = post_login_form(transport, client.login_origin, client.tenant, "devicecode", std::move(form));
    if (!outcome) return tl::unexpected(std::move(outcome.error()));
    if (outcome->status != 200) return tl::unexpected(refused(*outcome));
    const auto answer = json::parse(outcome->body, nullptr, false);
    Secret::wipe(outcome->body);
    DeviceCode code;
    code.user_code = text_of(answer, "user_code");
    code.verification_uri = text_of(answer, "verification_uri");
    code.device_code = Secret(text_of(answer, "device_code"));
    if (code.user_code.empty() || code.verification_uri.empty() || code.device_code.empty())
        return device_failure("the answer holds no device code", "check `endpoints.login` of the Environment");
    code.expires_in = seconds_of(answer, "expires_in", 900s);
    code.interval = seconds_of(answer, "interval", 5s);
    return code;
}

tl::expected<DelegatedGrant, TokenError> wait_for_person(Transport& transport, Clock& clock,
                                                         const DelegatedClient& client, const DeviceCode& code) {
    auto interval = code.interval;
    const auto end = clock.monotonic() + code.expires_in;
    while (clock.monotonic() < end) {
        if (!clock.sleep_for(interval))
            return device_failure("interrupted before somebody had signed in", "run the command again");
        auto form = fmt::format("grant_type={}&client_id={}&device_code={}",
                                form_encoded("urn:ietf:params:oauth:grant-type:device_code"),
                                form_encoded(client.client_id), form_encoded(code.device_code.reveal()));
        auto outcome = post_login_form(transport, client.login_origin, client.tenant, "token", std::move(form));
        if (!outcome) {
            if (!outcome.error().retryable) return tl::unexpected(std::move(outcome.error()));
            // RFC 8628, section 3.5: after a lost connection the next one comes later.
            interval = std::min<std::chrono::seconds>(interval * 2, longest_interval);
            continue;
        }
        if (outcome->status == 200) {
            auto grant = read_grant(outcome->body, client, clock);
            Secret::wipe(outcome->body);
            return grant;
        }
        const auto kind = text_of(json::parse(outcome->body, nullptr, false), "error");
        if (kind == "authorization_pending") continue;
        if (kind == "expired_token" || kind == "code_expired") break;
        auto error = refused(*outcome);
        hide_secret(error.message, code.device_code);
        if (kind != "slow_down" && !error.retryable) return tl::unexpected(std::move(error));
        interval = std::min<std::chrono::seconds>(interval + 5s, longest_interval);
    }
    return device_failure("the code has ended before somebody signed in with it", "run the command again");
}

}  // namespace regent::net
