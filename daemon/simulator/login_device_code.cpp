#include "simulator/login_device_code.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace regent::simulator {
namespace {

constexpr auto code_life = std::chrono::seconds(900);
constexpr std::size_t user_code_letters = 9;

/// Without letters that are taken for one another.
std::string new_user_code(IdSource& ids) {
    constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    std::string code;
    for (std::size_t i = 0; i < user_code_letters; ++i) code += letters[ids.number() % letters.size()];
    return code;
}

}  // namespace

nlohmann::json DeviceCodes::begin(const std::string& client_id, const std::string& wanted, bool v2, IdSource& ids,
                                  Time now) {
    constexpr auto page = "https://microsoft.com/devicelogin";
    const auto device_code = ids.guid() + ids.guid();
    Started started{client_id, v2, wanted, new_user_code(ids), now + code_life, {}, false};
    const auto user_code = started.user_code;
    started_.emplace(device_code, std::move(started));
    nlohmann::json answer{
        {"user_code", user_code},
        {"device_code", device_code},
        {v2 ? "verification_uri" : "verification_url", page},
        {"message", fmt::format("To sign in, use a web browser to open the page {} and enter the code {} to "
                                "authenticate.",
                                page, user_code)}};
    if (v2) {
        answer["expires_in"] = code_life.count();
        answer["interval"] = interval_seconds;
    } else {
        answer["expires_in"] = std::to_string(code_life.count());
        answer["interval"] = std::to_string(interval_seconds);
    }
    return answer;
}

std::variant<DeviceCodes::Started, LoginRefusal> DeviceCodes::redeem(const std::string& device_code,
                                                                     const std::string& client_id, bool v2, Time now) {
    const auto refuse = [v2](const char* of_v1, const char* of_v2, int code, const char* message) {
        return LoginRefusal{400, v2 ? of_v2 : of_v1, code, message};
    };
    const auto it = started_.find(device_code);
    if (it == started_.end() || it->second.client_id != client_id || it->second.v2 != v2)
        return refuse("invalid_grant", "bad_verification_code", 70000,
                      "The provided value for the input parameter 'code' is not valid.");
    if (it->second.expires_at <= now) {
        started_.erase(it);
        return refuse("code_expired", "expired_token", 70019, "Verification code expired.");
    }
    if (it->second.declined) {
        started_.erase(it);
        return refuse("access_denied", "authorization_declined", 70018,
                      "The end user denied the authorization request.");
    }
    if (it->second.user.empty())
        return refuse("authorization_pending", "authorization_pending", 70016,
                      "OAuth 2.0 device flow error. Authorization is pending. Continue polling.");
    // A code is good for one sign-in.
    auto started = std::move(it->second);
    started_.erase(it);
    return started;
}

bool DeviceCodes::enter(const std::string& user_code, const std::string& user) {
    const auto it = std::find_if(started_.begin(), started_.end(),
                                 [&](const auto& entry) { return same_text(entry.second.user_code, user_code); });
    if (it == started_.end()) return false;
    it->second.user = user;
    it->second.declined = user.empty();
    return true;
}

bool is_public_client(std::string_view client_id) noexcept {
    constexpr std::array<std::string_view, 3> known = {"04b07795-8ddb-461a-bbee-02f9e1bf7b46",   // Azure CLI, paconn
                                                       "1950a258-227b-4e31-a9cf-717495945fc2",   // Azure PowerShell
                                                       "9cee029c-6210-4654-90bb-17e6e9d36617"};  // Power Platform CLI
    return std::any_of(known.begin(), known.end(), [&](auto id) { return same_text(id, client_id); });
}

}  // namespace regent::simulator
