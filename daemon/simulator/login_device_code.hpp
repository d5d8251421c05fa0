#pragma once

#include "simulator/login_refusal.hpp"
#include "simulator/values.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <variant>

namespace regent::simulator {

/// Signing in on another device: a program without a browser is given a code, a person enters it elsewhere, and the
/// program asks again and again until that has happened.
/// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code (version 2; version 1, which paconn and
/// everything else on ADAL speaks, has other names for the same and asks for a resource instead of scopes)
class DeviceCodes {
public:
    /// What a code was asked for, and who has entered it.
    struct Started {
        std::string client_id;
        bool v2 = false;
        std::string wanted;  ///< a resource (version 1) or scopes (version 2)
        std::string user_code;
        Time expires_at;
        std::string user;  ///< sign-in name of who approved it; empty: nobody yet
        bool declined = false;
    };
    long interval_seconds = 5;  ///< how often a program is told to ask

    /// The answer to `/oauth2/devicecode` (version 1: numbers are texts, and it is `verification_url`) or
    /// `/oauth2/v2.0/devicecode`.
    [[nodiscard]] nlohmann::json begin(const std::string& client_id, const std::string& wanted, bool v2, IdSource& ids,
                                       Time now);
    /// What a program is told that asks with its device code, at the version that the code is of.
    [[nodiscard]] std::variant<Started, LoginRefusal> redeem(const std::string& device_code,
                                                             const std::string& client_id, bool v2, Time now);
    /// A person enters `user_code`: signs in as `user`, or declines when that is empty. False for a code that is none.
    bool enter(const std::string& user_code, const std::string& user);

private:
    std::map<std::string, Started> started_;  ///< by device code
};

/// Programs of Microsoft's that sign people in without a secret of their own, in every tenant.
[[nodiscard]] bool is_public_client(std::string_view client_id) noexcept;

}  // namespace regent::simulator
