#pragma once

#include "simulator/directory.hpp"
#include "simulator/jwt.hpp"
#include "simulator/login_device_code.hpp"
#include "simulator/login_refusal.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <variant>

namespace regent::simulator {

/// People who sign in: by a device code, and from then on by refresh tokens, each exchange of which brings another.
/// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code,
/// https://learn.microsoft.com/entra/identity-platform/refresh-tokens
///
/// Nobody has a browser here: `/_simulator/change` at `/devicelogin/CODE` plays the person.
class People {
public:
    using Json = nlohmann::json;
    using Answer = std::variant<Json, LoginRefusal>;

    People(Directory& directory, const SigningKey& key) : directory_(directory), key_(key) {}

    /// Whether a grant of this type is for people.
    [[nodiscard]] static bool is_grant(const std::string& grant_type, bool v2);
    [[nodiscard]] Answer device_code(const Json& form, bool v2);
    /// `issuer`: of identity tokens of version 2.
    [[nodiscard]] Answer token(const Json& form, bool v2, long lifetime, const std::string& issuer);

    /// "/devicelogin/CODE": somebody enters the code. "/refreshTokens" with "delete": an administrator ends all
    /// sessions.
    bool change(const std::string& path, const Json& body);
    /// False: there is no such switch.
    bool set_switch(const std::string& name, const Json& value);
    void describe_switches(Json& into) const;

private:
    struct Session {
        std::string client_id, user;
        Time used_at;
        bool revoked = false;
    };
    struct Grant {
        std::string client_id, user, resource, scope;
        bool v2 = false, offline = false, identity = false, client_info = false;
    };

    [[nodiscard]] bool signs_people_in(const std::string& client_id) const;
    [[nodiscard]] std::variant<Grant, LoginRefusal> by_device_code(const Json& form, bool v2);
    [[nodiscard]] std::variant<Grant, LoginRefusal> by_refresh_token(const Json& form, bool v2);
    [[nodiscard]] std::optional<LoginRefusal> read_scopes(const std::string& scopes, Grant& grant) const;
    [[nodiscard]] Json issue(const Grant& grant, long lifetime, const std::string& issuer);
    [[nodiscard]] std::string new_refresh_token(const Grant& grant);
    [[nodiscard]] std::string object_id_of(const std::string& user) const;

    Directory& directory_;
    const SigningKey& key_;
    DeviceCodes codes_;
    std::map<std::string, Session> sessions_;  ///< by refresh token
    long refresh_lifetime_ = 7'776'000;        ///< seconds without use: 90 days
    int refuse_refresh_ = 0;                   ///< AADSTS number; 0: none is refused
    bool old_tokens_serve_ = true;             ///< one that was exchanged may be used again
};

}  // namespace regent::simulator
