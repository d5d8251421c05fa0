#include "net/delegated_sign_in.hpp"
#include "net/json_text.hpp"
#include "net/login_form.hpp"
#include "net/retry.hpp"
#include "net/sign_in_errors.hpp"
#include "net/token_fetcher.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <mutex>
#include <string_view>

namespace regent::net {
namespace {

using nlohmann::json;

struct Refusal {
    int code = 0;
    std::string_view help;
};

/// Why a person has to sign in again. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
constexpr std::array refresh_refusals = {
    Refusal{50173, "it was revoked: the password was changed, or an administrator ended all sessions"},
    Refusal{700082, "it was not used for 90 days"},
    Refusal{70043,
            "a Conditional Access policy limits how long a sign-in lasts (sign-in frequency): it has to be repeated as "
            "often, unless an administrator excepts this account"},
    Refusal{50076, "a Conditional Access policy asks for a second factor"},
    Refusal{50078, "the second factor's time is over"},
    Refusal{50079, "the account has to register a second factor first, in a browser"},
    Refusal{65001, "nobody has consented to this client's access to the service"},
    Refusal{53003, "a Conditional Access policy blocks this sign-in: ask the tenant's administrator, and then"},
    Refusal{53000, "a Conditional Access policy demands a compliant device: ask the tenant's administrator, and then"},
    Refusal{50057, "the account is disabled: an administrator enables it, and then"},
};

TokenError refused_refresh(const Outcome& outcome, const std::string& login_command) {
    auto error = explain_refusal(outcome.status, outcome.body);
    const auto kind = text_of(json::parse(outcome.body, nullptr, false), "error");
    if (kind != "invalid_grant" && kind != "interaction_required") return error;
    error.retryable = false;
    const int code = refusal_code(outcome.body);
    const auto* known = std::find_if(refresh_refusals.begin(), refresh_refusals.end(),
                                     [&](const Refusal& refusal) { return refusal.code == code; });
    error.message = "the person's sign-in is not taken any more: " + error.message;
    error.help = known == refresh_refusals.end() ? fmt::format("run `{}`", login_command)
                                                 : fmt::format("{}: run `{}`", known->help, login_command);
    return error;
}

/// The refresh token grant, with what is in the file.
class RefreshedTokens final : public TokenFetcher {
public:
    RefreshedTokens(Transport& transport, Clock& clock, DelegatedClient client, SignInFile file,
                    std::string login_command)
        : transport_(transport),
          clock_(clock),
          client_(std::move(client)),
          file_(std::move(file)),
          login_command_(std::move(login_command)) {}

    tl::expected<Fetched, TokenError> fetch(const std::string& scope, int,
                                            std::optional<std::chrono::milliseconds>& retry_after) override {
        // One exchange at a time: each may end the life of the token before.
        const std::lock_guard lock(mutex_);
        auto grant = stored();
        if (!grant) return tl::unexpected(std::move(grant.error()));
        auto fetched = exchange(*grant, scope, retry_after);
        if (fetched || fetched.error().retryable) return fetched;
        // Another process may have exchanged it at the same time, or somebody signed in again.
        auto newer = stored();
        if (!newer || newer->refresh_token.reveal() == grant->refresh_token.reveal()) return fetched;
        return exchange(*newer, scope, retry_after);
    }

private:
    [[nodiscard]] tl::expected<DelegatedGrant, TokenError> stored() const {
        auto grant = file_.read();
        if (!grant) return tl::unexpected(std::move(grant.error()));
        if (*grant) return std::move(**grant);
        return tl::unexpected(TokenError{.retryable = false,
                                         .message = "nobody has signed in for this environment",
                                         .help = fmt::format("run `{}`", login_command_)});
    }

    tl::expected<Fetched, TokenError> exchange(const DelegatedGrant& grant, const std::string& scope,
                                               std::optional<std::chrono::milliseconds>& retry_after) {
        auto form = fmt::format("grant_type=refresh_token&client_id={}&scope={}&refresh_token={}",
                                form_encoded(client_.client_id), form_encoded(scope + " offline_access"),
                                form_encoded(grant.refresh_token.reveal()));
        const auto asked_at = clock_.monotonic();
        auto outcome = post_login_form(transport_, client_.login_origin, client_.tenant, "token", std::move(form));
        if (!outcome) return tl::unexpected(std::move(outcome.error()));
        if (outcome->status != 200) {
            if (const auto text = find_header(outcome->headers, "Retry-After"))
                retry_after = parse_retry_after(*text, clock_.now());
            auto error = refused_refresh(*outcome, login_command_);
            hide_secret(error.message, grant.refresh_token);
            return tl::unexpected(std::move(error));
        }
        auto fetched = read_token_answer(outcome->body, clock_, asked_at, "check `endpoints.login` of the Environment");
        auto next = Secret(text_of(json::parse(outcome->body, nullptr, false), "refresh_token"));
        Secret::wipe(outcome->body);
        if (!fetched || next.empty()) return fetched;
        // Kept before the access token is used: were the process to end now, the old one might serve no more.
        auto kept = grant;
        kept.refresh_token = std::move(next);
        if (auto written = file_.write(kept); !written) return tl::unexpected(std::move(written.error()));
        return fetched;
    }

    Transport& transport_;
    Clock& clock_;
    const DelegatedClient client_;
    const SignInFile file_;
    const std::string login_command_;
    std::mutex mutex_;
};

}  // namespace

SignInFile::SignInFile(std::filesystem::path path, SealingKey key, const DelegatedClient& client)
    : file_(std::move(path), std::move(key), fmt::format("{} {}", client.tenant, client.client_id)) {}

tl::expected<std::optional<DelegatedGrant>, TokenError> SignInFile::read() const {
    const auto plain = file_.read();
    if (!plain) return tl::unexpected(plain.error());
    if (!*plain) return std::nullopt;
    const auto kept = json::parse((*plain)->reveal(), nullptr, false);
    DelegatedGrant grant;
    grant.refresh_token = Secret(text_of(kept, "refreshToken"));
    grant.user = text_of(kept, "user");
    grant.object_id = text_of(kept, "objectId");
    if (kept.is_object())
        grant.signed_in_at = std::chrono::system_clock::time_point(std::chrono::seconds(kept.value("signedInAt", 0L)));
    return grant;
}

tl::expected<void, TokenError> SignInFile::write(const DelegatedGrant& grant) const {
    const auto at = std::chrono::duration_cast<std::chrono::seconds>(grant.signed_in_at.time_since_epoch()).count();
    const json kept{{"refreshToken", grant.refresh_token.reveal()},
                    {"user", grant.user},
                    {"objectId", grant.object_id},
                    {"signedInAt", at}};
    return file_.write(Secret(kept.dump()));
}

std::unique_ptr<TokenSource> make_delegated_token_source(Transport& transport, Clock& clock, Rng& rng,
                                                         DelegatedClient client, SignInFile file,
                                                         std::string login_command) {
    auto tenant = client.tenant;
    return make_caching_token_source(clock, rng, std::move(tenant),
                                     std::make_unique<RefreshedTokens>(transport, clock, std::move(client),
                                                                       std::move(file), std::move(login_command)));
}

}  // namespace regent::net
