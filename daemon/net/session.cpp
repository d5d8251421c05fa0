#include "net/session.hpp"

#include "net/exchange_rules.hpp"
#include "net/guid.hpp"
#include "net/origin_gate.hpp"
#include "net/quota.hpp"
#include "net/redact.hpp"
#include "net/retry.hpp"
#include "net/secret.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace regent::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// A wait of this length is told to the listener; shorter ones nobody notices.
constexpr auto worth_telling = 1s;
/// A request that is said to cost more was not understood.
constexpr double most_units_told = 1000;

std::string seconds_text(milliseconds wait) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(wait).count());
}

/// Session-wide state and the parts that every call shares.
struct Shared {
    Transport& transport;
    TokenSource& tokens;
    Clock& clock;
    Rng& rng;
    RetryPolicy policy;
    WaitListener on_wait;
    OriginGate gate{};
    std::mutex refresh_mutex{};
    mutable std::mutex counters_mutex{};
    SessionCounters counters{};

    std::mutex quota_mutex{};
    std::shared_ptr<Quota> own_quota{};  ///< of a caller whose token does not say who it is

    std::shared_ptr<Quota> quota_for(const std::string& origin, const std::string& caller) {
        if (!caller.empty()) return quota_of(origin, caller);
        const std::lock_guard lock(quota_mutex);
        if (!own_quota) own_quota = quota_of(origin, {});
        return own_quota;
    }

    template <typename Change>
    void count(Change change) {
        const std::lock_guard lock(counters_mutex);
        change(counters);
    }
};

/// One call from its first try to its end.
class Call {
public:
    Call(Shared& shared, Request request, const std::string& scope)
        : shared_(shared), request_(std::move(request)), scope_(scope) {}
    ~Call() {
        Secret::wipe(token_);
        for (auto& header : request_.headers) Secret::wipe(header.second);
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    tl::expected<Answer, CallError> run() {
        for (tries_ = 1;; ++tries_) {
            if (auto error = wait_at_gate()) return tl::unexpected(std::move(*error));
            if (auto error = prepare()) return tl::unexpected(std::move(*error));
            if (auto error = wait_for_quota()) return tl::unexpected(std::move(*error));
            shared_.count([](SessionCounters& counters) { ++counters.requests; });
            auto outcome = shared_.transport.send(request_);
            auto decision = decide(outcome);
            if (decision.error) return tl::unexpected(std::move(*decision.error));
            if (!decision.again) return to_answer(std::move(outcome));
            shared_.count([](SessionCounters& counters) { ++counters.retries; });
        }
    }

private:
    struct Decision {
        bool again = false;
        std::optional<CallError> error{};
    };

    /// For people: what a list was asked to contain is 700 characters that nobody reads.
    [[nodiscard]] std::string described() const {
        const auto path = request_.target.substr(0, request_.target.find('?'));
        return fmt::format("{} {}{}", to_string(request_.method), loggable_address(request_.origin, path),
                           path.size() < request_.target.size() ? "?…" : "");
    }

    [[nodiscard]] CallError failure(CallError::Kind kind, const std::string& message, std::string help = {},
                                    milliseconds retry_after = 0ms) const {
        return {.kind = kind,
                .message = redact(message),
                .retry_after = retry_after,
                .help = std::move(help),
                .client_request_id = id_};
    }

    [[nodiscard]] CallError interrupted() const {
        // What an earlier try left behind outlives the wish to stop: the caller must still look.
        if (may_have_been_applied_) {
            return failure(CallError::Kind::unknown_outcome,
                           described() + ": interrupted before its outcome was known");
        }
        return failure(CallError::Kind::interrupted, described() + ": interrupted");
    }

    [[nodiscard]] bool asked_to_stop() const { return !shared_.clock.sleep_for(0ms); }

    /// Sleeps, unless the waits of this call would then exceed what the policy allows.
    std::optional<CallError> wait(milliseconds duration, const std::string& why, CallError::Kind when_too_long) {
        if (duration <= 0ms) return std::nullopt;
        if (waited_ + duration > shared_.policy.give_up_after) {
            return failure(when_too_long,
                           fmt::format("{}: {}; the next try would be in {}, longer than a call may take", described(),
                                       why, seconds_text(duration)),
                           "the next run may go through", duration);
        }
        if (duration >= worth_telling && shared_.on_wait) shared_.on_wait(request_, duration, why);
        waited_ += duration;
        shared_.count([&](SessionCounters& counters) { counters.waited += duration; });
        if (!shared_.clock.sleep_for(duration)) return interrupted();
        return std::nullopt;
    }

    /// Another thread's answer may move the gate while this one sleeps, so it looks again.
    std::optional<CallError> wait_at_gate() {
        for (;;) {
            const auto left = shared_.gate.wait_for(request_.origin, shared_.clock.monotonic());
            if (left <= 0ms) return std::nullopt;
            const auto kind = may_have_been_applied_ ? CallError::Kind::unknown_outcome : CallError::Kind::throttled;
            if (auto error = wait(left, "the service asked for patience", kind)) return error;
        }
    }

    /// What the service allows in a while is shared by all that ask as the same application, in whichever session.
    std::optional<CallError> wait_for_quota() {
        charge_ = scope_.empty() ? Charge{} : charge_of(to_string(request_.method), request_.target, request_.body);
        if (charge_.units <= 0) return std::nullopt;
        if (!quota_) quota_ = shared_.quota_for(request_.origin, caller_);
        for (;;) {
            const auto left = quota_->take(charge_, shared_.clock.monotonic());
            if (left <= 0ms) return std::nullopt;
            const auto kind = may_have_been_applied_ ? CallError::Kind::unknown_outcome : CallError::Kind::throttled;
            if (auto error = wait(left, "the tenant's limit is used up", kind)) return error;
        }
    }

    /// A new id for every try, so that a late answer to an earlier one is recognised; and the token.
    std::optional<CallError> prepare() {
        id_ = make_guid(shared_.rng);
        set_header(std::string(correlation_header), id_);
        if (scope_.empty()) return std::nullopt;
        auto token = shared_.tokens.token(scope_);
        if (!token) return sign_in_failure(token.error());
        token_ = token->text;
        caller_ = token->object_id;
        set_header("Authorization", "Bearer " + token->text);
        return std::nullopt;
    }

    [[nodiscard]] CallError sign_in_failure(const TokenError& error) const {
        if (asked_to_stop()) return interrupted();
        auto kind = error.retryable ? CallError::Kind::not_sent : CallError::Kind::sign_in;
        if (may_have_been_applied_) kind = CallError::Kind::unknown_outcome;
        return failure(kind, "could not sign in: " + error.message, error.help);
    }

    void set_header(std::string name, std::string value) {
        std::erase_if(request_.headers, [&](const auto& header) { return find_header({header}, name).has_value(); });
        request_.headers.emplace_back(std::move(name), std::move(value));
    }

    Decision decide(const Outcome& outcome) {
        if (outcome.fate == Fate::not_sent) return again_after_silence(outcome.error, CallError::Kind::not_sent);
        if (outcome.fate == Fate::unknown) return after_unknown(outcome.error);
        // The transport looks for this too; a decorator in between may have mixed answers up.
        if (answers_another_request(request_.headers, outcome.headers)) {
            return after_unknown(described() + ": the answer belongs to another request");
        }
        return after_answer(outcome);
    }

    Decision after_unknown(const std::string& words) {
        const bool read = request_.method == Method::get;
        if (!read) may_have_been_applied_ = true;
        if (!request_.idempotent) {
            return {.error =
                        failure(CallError::Kind::unknown_outcome, words, "whether it took effect has to be looked up")};
        }
        return again_after_silence(words, read ? CallError::Kind::not_sent : CallError::Kind::unknown_outcome);
    }

    Decision again_after_silence(const std::string& words, CallError::Kind kind) {
        if (may_have_been_applied_) kind = CallError::Kind::unknown_outcome;
        if (tries_ >= shared_.policy.max_attempts) {
            return {.error = failure(kind, tries_ == 1 ? words : fmt::format("{} (after {} tries)", words, tries_))};
        }
        const auto delay = retry_delay(shared_.policy, tries_, std::nullopt, shared_.rng.next());
        return {.again = true, .error = wait(delay, "no answer came", kind)};
    }

    Repeats repeats() const {
        if (!request_.idempotent) return Repeats::twice;
        return request_.method == Method::get ? Repeats::read : Repeats::idempotent;
    }

    Decision after_answer(const Outcome& outcome) {
        const auto now = shared_.clock.monotonic();
        if (const auto used = find_header(outcome.headers, "x-ms-throttle-limit-percentage")) {
            if (const auto pause = pause_for_limit(*used); pause > 0ms) {
                shared_.gate.slow_down(request_.origin, now, pause);
                if (quota_) quota_->warned(now);
            }
        }
        note_cost(outcome, now);
        std::optional<milliseconds> retry_after;
        if (const auto text = find_header(outcome.headers, "Retry-After")) {
            retry_after = parse_retry_after(*text, shared_.clock.now());
        }
        if (is_refused_for_good(outcome.status, outcome.body)) return {};
        switch (verdict_on(outcome.status, repeats(), retry_after.has_value())) {
            case Verdict::final:
                // Whoever looks what became of it comes when the service said.
                if (outcome.status == 503 && retry_after) shared_.gate.close_until(request_.origin, now + *retry_after);
                return {};
            case Verdict::refresh_token:
                return after_refusal();
            case Verdict::retry:
                return after_server_error(outcome.status);
            case Verdict::retry_throttled:
                return after_throttling(outcome.status, retry_after, now);
        }
        return {};
    }

    /// Asks for a new token unless another thread has done so since this call took its own. A challenge that names
    /// claims
    /// (`insufficient_claims`, https://learn.microsoft.com/entra/identity-platform/claims-challenge) is met the same
    /// way: the old token has been revoked, and a new one for an application carries what the service wants to see.
    Decision after_refusal() {
        if (scope_.empty() || refreshed_) return {};
        refreshed_ = true;
        --tries_;  // not the service's failing: does not count as a try
        const std::lock_guard lock(shared_.refresh_mutex);
        const auto current = shared_.tokens.token(scope_);
        if (current && current->text == token_) shared_.tokens.forget(scope_);
        return {.again = true};
    }

    Decision after_server_error(int status) {
        if (request_.method != Method::get) may_have_been_applied_ = true;
        if (tries_ >= shared_.policy.max_attempts) return {};
        const auto delay = retry_delay(shared_.policy, tries_, std::nullopt, shared_.rng.next());
        const auto kind = may_have_been_applied_ ? CallError::Kind::unknown_outcome : CallError::Kind::not_sent;
        return {.again = true, .error = wait(delay, fmt::format("the service answered {}", status), kind)};
    }

    void note_cost(const Outcome& outcome, std::chrono::steady_clock::time_point now) const {
        if (!quota_) return;
        if (outcome.status == 429) {
            quota_->refused(find_header(outcome.headers, "x-ms-throttle-information").value_or(""), now);
        } else if (const auto told = find_header(outcome.headers, "x-ms-resource-unit")) {
            const auto units = std::strtod(told->c_str(), nullptr);
            if (units > 0 && units < most_units_told) quota_->correct(charge_.units, units);
        }
    }

    Decision after_throttling(int status, std::optional<milliseconds> retry_after,
                              std::chrono::steady_clock::time_point now) {
        shared_.count([](SessionCounters& counters) { ++counters.throttled; });
        if (status != 429 && request_.method != Method::get) may_have_been_applied_ = true;
        const auto delay = retry_delay(shared_.policy, tries_, retry_after, shared_.rng.next());
        shared_.gate.close_until(request_.origin, now + retry_after.value_or(delay));
        const auto why = fmt::format("throttled by the service ({})", status);
        const auto kind = may_have_been_applied_ ? CallError::Kind::unknown_outcome : CallError::Kind::throttled;
        if (tries_ >= shared_.policy.max_attempts) {
            return {.error = failure(kind, fmt::format("{}: {}, {} times", described(), why, tries_),
                                     "the next run may go through", retry_after.value_or(delay))};
        }
        return {.again = true, .error = wait(delay, why, kind)};
    }

    Answer to_answer(Outcome outcome) const {
        auto request_id = find_header(outcome.headers, "request-id");
        if (!request_id) request_id = find_header(outcome.headers, "x-ms-request-id");
        return {.status = outcome.status,
                .headers = std::move(outcome.headers),
                .body = std::move(outcome.body),
                .client_request_id = id_,
                .request_id = request_id.value_or(""),
                .attempts = tries_};
    }

    Shared& shared_;
    Request request_;
    const std::string& scope_;
    std::string id_;
    std::string token_;
    std::string caller_;  ///< object id of the service principal
    Charge charge_;
    std::shared_ptr<Quota> quota_;
    int tries_ = 0;
    bool refreshed_ = false;
    bool may_have_been_applied_ = false;  ///< an earlier try of a writing request had no clear answer
    milliseconds waited_{0};
};

class PatientSession final : public Session {
public:
    explicit PatientSession(Shared&& parts)
        : shared_{parts.transport, parts.tokens, parts.clock, parts.rng, parts.policy, std::move(parts.on_wait)} {}

    tl::expected<Answer, CallError> call(Request request, const std::string& scope) override {
        return Call(shared_, std::move(request), scope).run();
    }
    TokenSource& tokens() override { return shared_.tokens; }
    SessionCounters counters() const override {
        const std::lock_guard lock(shared_.counters_mutex);
        return shared_.counters;
    }

private:
    Shared shared_;
};

}  // namespace

std::unique_ptr<Session> make_session(Transport& transport, TokenSource& tokens, Clock& clock, Rng& rng,
                                      RetryPolicy policy, WaitListener on_wait) {
    return std::make_unique<PatientSession>(Shared{transport, tokens, clock, rng, policy, std::move(on_wait)});
}

namespace {

class SessionForReads final : public Session {
public:
    SessionForReads(Session& session, Clock& clock) : session_(session), clock_(clock) {}

    tl::expected<Answer, CallError> call(Request request, const std::string& scope) override {
        if (clock_.sleep_for(0ms)) return session_.call(std::move(request), scope);
        return tl::unexpected(CallError{.kind = CallError::Kind::interrupted,
                                        .message = "interrupted before " + request.origin + " was asked",
                                        .retry_after = 0ms,
                                        .help = {},
                                        .client_request_id = {}});
    }
    TokenSource& tokens() override { return session_.tokens(); }
    SessionCounters counters() const override { return session_.counters(); }

private:
    Session& session_;
    Clock& clock_;
};

}  // namespace

std::unique_ptr<Session> make_session_for_reads(Session& session, Clock& clock) {
    return std::make_unique<SessionForReads>(session, clock);
}

}  // namespace regent::net
