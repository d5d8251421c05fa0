#pragma once

#include "net/clock.hpp"
#include "net/session.hpp"
#include "net/transport.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace regent::net::test {

/// Time that passes only by being slept through.
class VirtualClock final : public Clock {
public:
    [[nodiscard]] std::chrono::system_clock::time_point now() const override {
        const std::lock_guard lock(mutex_);
        return std::chrono::system_clock::time_point(std::chrono::seconds(1'764'000'000)) + passed_ + set_;
    }
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override {
        const std::lock_guard lock(mutex_);
        return std::chrono::steady_clock::time_point(std::chrono::hours(1)) + passed_;
    }
    bool sleep_for(std::chrono::milliseconds duration) override {
        const std::lock_guard lock(mutex_);
        if (stopped_) return false;
        passed_ += duration;
        if (duration.count() > 0) sleeps_.push_back(duration);
        return true;
    }
    void pass(std::chrono::milliseconds duration) {
        const std::lock_guard lock(mutex_);
        passed_ += duration;
    }
    /// Somebody sets the wall clock; no time passes.
    void set_back_or_forth(std::chrono::milliseconds by) {
        const std::lock_guard lock(mutex_);
        set_ += by;
    }
    void stop() {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    [[nodiscard]] std::vector<std::chrono::milliseconds> sleeps() const {
        const std::lock_guard lock(mutex_);
        return sleeps_;
    }
    [[nodiscard]] std::chrono::milliseconds slept() const {
        std::chrono::milliseconds sum{0};
        for (const auto sleep : sleeps()) sum += sleep;
        return sum;
    }

private:
    mutable std::mutex mutex_;
    std::chrono::milliseconds passed_{0};
    std::chrono::milliseconds set_{0};
    std::vector<std::chrono::milliseconds> sleeps_;
    bool stopped_ = false;
};

/// Chance that is the same in every run.
class CountingRng final : public Rng {
public:
    std::uint64_t next() override { return state_.fetch_add(0x9e37'79b9'7f4a'7c15U) * 0xbf58'476d'1ce4'e5b9U; }

private:
    std::atomic<std::uint64_t> state_ = 1;
};

/// Answers by a function, and remembers what was asked.
class ScriptedTransport final : public Transport {
public:
    using Script = std::function<Outcome(const Request& request, int number)>;  ///< number: from 1

    explicit ScriptedTransport(Script script) : script_(std::move(script)) {}

    Outcome send(const Request& request) override {
        int number = 0;
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
            number = static_cast<int>(requests_.size());
        }
        return script_(request, number);
    }

    [[nodiscard]] std::vector<Request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    [[nodiscard]] std::size_t count() const { return requests().size(); }

private:
    Script script_;
    mutable std::mutex mutex_;
    std::vector<Request> requests_;
};

inline Outcome answer(int status, std::string body = "{}", Headers headers = {}) {
    return {
        .fate = Fate::answered, .status = status, .headers = std::move(headers), .body = std::move(body), .error = {}};
}

inline Outcome silence(Fate fate) {
    return {.fate = fate, .status = 0, .headers = {}, .body = {}, .error = "the line went dead"};
}

/// Hands out "token-1", and after forget() "token-2", …
class NumberedTokens final : public TokenSource {
public:
    tl::expected<AccessToken, TokenError> token(const std::string&) override {
        const std::lock_guard lock(mutex_);
        if (refusal_) return tl::unexpected(*refusal_);
        return AccessToken{"token-" + std::to_string(number_), {}, {}};
    }
    void forget(const std::string&) override {
        const std::lock_guard lock(mutex_);
        ++number_;
    }
    void refuse(TokenError error) { refusal_ = std::move(error); }
    [[nodiscard]] int issued() const { return number_; }

private:
    std::mutex mutex_;
    int number_ = 1;
    std::optional<TokenError> refusal_;
};

}  // namespace regent::net::test
