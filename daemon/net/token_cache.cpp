#include "net/redact.hpp"
#include "net/retry.hpp"
#include "net/token_fetcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <map>
#include <mutex>

namespace regent::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr auto refresh_before_end = 5min;
/// The old token serves on for as long, when a new one cannot be had right now.
constexpr auto shortest_useful_rest = 30s;

bool is_guid(std::string_view text) {
    constexpr std::size_t length = 36;
    return text.size() == length && std::count(text.begin(), text.end(), '-') == 4;
}

bool same_guid(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

using Result = tl::expected<AccessToken, TokenError>;

class CachingTokens final : public TokenSource {
public:
    CachingTokens(Clock& clock, Rng& rng, std::string tenant, std::unique_ptr<TokenFetcher> fetcher,
                  SignInWaitListener on_wait)
        : clock_(clock),
          rng_(rng),
          tenant_(std::move(tenant)),
          fetcher_(std::move(fetcher)),
          policy_(fetcher_->policy()),
          on_wait_(std::move(on_wait)) {}

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
            auto fetched = fetcher_->fetch(scope, tries, retry_after);
            if (fetched) return checked(std::move(*fetched));
            if (!fetched.error().retryable || tries >= policy_.max_attempts)
                return tl::unexpected(std::move(fetched.error()));
            const auto delay = retry_delay(policy_, tries, retry_after, rng_.next());
            waited += delay;
            if (waited > policy_.give_up_after) return tl::unexpected(std::move(fetched.error()));
            if (on_wait_) on_wait_(delay, fetched.error());
            if (!clock_.sleep_for(delay)) return tl::unexpected(std::move(fetched.error()));
        }
    }

    tl::expected<Kept, TokenError> checked(TokenFetcher::Fetched fetched) const {
        const auto& tenant = fetched.token.tenant_id;
        if (is_guid(tenant_) && !tenant.empty() && !same_guid(tenant, tenant_)) {
            return tl::unexpected(TokenError{
                .retryable = false,
                .message = redact(fmt::format("the token is for tenant {}, the environment is tenant {}; nothing was "
                                              "read with it",
                                              tenant, tenant_)),
                .help = "sign in with an identity of that tenant, or mend the Environment's tenantId"});
        }
        const auto margin = std::min<seconds>(refresh_before_end, fetched.lifetime / 2);
        return Kept{std::move(fetched.token), fetched.asked_at + fetched.lifetime - margin,
                    fetched.asked_at + fetched.lifetime};
    }

    Clock& clock_;
    Rng& rng_;
    const std::string tenant_;
    const std::unique_ptr<TokenFetcher> fetcher_;
    const RetryPolicy policy_;
    const SignInWaitListener on_wait_;
    std::mutex mutex_;
    std::condition_variable landed_;
    std::map<std::string, Entry> entries_;
};

}  // namespace

std::unique_ptr<TokenSource> make_caching_token_source(Clock& clock, Rng& rng, std::string tenant,
                                                       std::unique_ptr<TokenFetcher> fetcher,
                                                       SignInWaitListener on_wait) {
    return std::make_unique<CachingTokens>(clock, rng, std::move(tenant), std::move(fetcher), std::move(on_wait));
}

}  // namespace regent::net
