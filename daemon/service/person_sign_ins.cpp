#include "service/person_sign_ins.hpp"

#include "net/system_clock.hpp"

#include <thread>
#include <utility>

namespace regent::service {

struct PersonSignIns::Attempt {
    std::mutex mutex;  ///< guards `state`
    State state;
    net::SystemClock clock;
    std::jthread thread;  // last: it uses everything above

    ~Attempt() { clock.interrupt(); }
    State look() {
        const std::lock_guard lock(mutex);
        return state;
    }
    bool is_over() {
        const auto standing = look().standing;
        return standing == State::Standing::signed_in || standing == State::Standing::failed;
    }
};

PersonSignIns::PersonSignIns(LogIn log_in, Tell tell) : log_in_(std::move(log_in)), tell_(std::move(tell)) {}

PersonSignIns::~PersonSignIns() {
    for (auto& [environment, attempt] : attempts_) attempt->clock.interrupt();
}

PersonSignIns::State PersonSignIns::begin(const model::Environment& environment, const std::string& by) {
    auto attempt = std::make_shared<Attempt>();
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(superseded_, [](const auto& old) { return old->is_over(); });
        attempt->state.number = ++number_;
        if (auto before = std::exchange(attempts_[environment.name], attempt)) {
            before->clock.interrupt();
            superseded_.push_back(
                std::move(before));  // it may be in the middle of a request: nobody waits for that here
        }
    }
    // The thread must not be the last owner of what it is joined by: it gets a plain pointer.
    auto* const mine = attempt.get();
    attempt->thread = std::jthread([this, mine, environment, by] {
        const auto grant = log_in_(environment, mine->clock, [mine](const net::DeviceCode& code) {
            const std::lock_guard lock(mine->mutex);
            mine->state.standing = State::Standing::waiting;
            mine->state.verification_uri = code.verification_uri;
            mine->state.user_code = code.user_code;
            mine->state.ends_at = mine->clock.now() + code.expires_in;
        });
        tell_(environment, by, grant);
        const std::lock_guard lock(mine->mutex);
        mine->state.standing = grant ? State::Standing::signed_in : State::Standing::failed;
        if (grant) {
            mine->state.user = grant->user;
        } else {
            mine->state.error = grant.error().message;
            mine->state.help = grant.error().help;
        }
    });
    return attempt->look();
}

std::optional<PersonSignIns::State> PersonSignIns::look(const std::string& environment, std::uint64_t number) const {
    std::shared_ptr<Attempt> attempt;
    {
        const std::lock_guard lock(mutex_);
        const auto it = attempts_.find(environment);
        if (it == attempts_.end()) return std::nullopt;
        attempt = it->second;
    }
    auto state = attempt->look();
    if (state.number != number) return std::nullopt;
    return state;
}

std::string_view to_string(PersonSignIns::State::Standing standing) noexcept {
    switch (standing) {
        case PersonSignIns::State::Standing::asking:
            return "asking";
        case PersonSignIns::State::Standing::waiting:
            return "waiting";
        case PersonSignIns::State::Standing::signed_in:
            return "signedIn";
        case PersonSignIns::State::Standing::failed:
            return "failed";
    }
    return "failed";
}

}  // namespace regent::service
