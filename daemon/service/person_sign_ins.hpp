#pragma once

#include "controller/person_sign_in.hpp"
#include "model/environment.hpp"
#include "net/clock.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::service {

/// People who sign in for the running service: it asks for the code, shows it to who asked, waits for the person, and
/// keeps what they bring. One at a time for each environment: who asks again ends the waiting of the one before.
///
/// Thread-safe. The destructor ends all waiting.
class PersonSignIns {
public:
    using LogIn = std::function<tl::expected<net::DelegatedGrant, controller::SignInError>(
        const model::Environment&, net::Clock&, const controller::ShowCode&)>;
    /// Called when somebody has signed in, or has not: a line for the journal.
    using Tell = std::function<void(const model::Environment&, const std::string& by,
                                    const tl::expected<net::DelegatedGrant, controller::SignInError>&)>;

    struct State {
        enum class Standing { asking, waiting, signed_in, failed };
        std::uint64_t number = 0;
        Standing standing = Standing::asking;
        std::string verification_uri, user_code;  ///< from `waiting` on
        std::chrono::system_clock::time_point ends_at;
        std::string user;         ///< with `signed_in`
        std::string error, help;  ///< with `failed`
    };

    PersonSignIns(LogIn log_in, Tell tell);
    ~PersonSignIns();
    PersonSignIns(const PersonSignIns&) = delete;
    PersonSignIns& operator=(const PersonSignIns&) = delete;

    /// `by`: who asked, for the journal.
    State begin(const model::Environment& environment, const std::string& by);
    /// How the sign-in of this number stands; nothing when there is none of it any more.
    [[nodiscard]] std::optional<State> look(const std::string& environment, std::uint64_t number) const;

private:
    struct Attempt;

    const LogIn log_in_;
    const Tell tell_;
    mutable std::mutex mutex_;
    std::uint64_t number_ = 0;
    std::map<std::string, std::shared_ptr<Attempt>> attempts_;  ///< by environment, the newest
    std::vector<std::shared_ptr<Attempt>> superseded_;          ///< until their threads have ended
};

[[nodiscard]] std::string_view to_string(PersonSignIns::State::Standing standing) noexcept;

}  // namespace regent::service
