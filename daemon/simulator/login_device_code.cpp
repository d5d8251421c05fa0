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

nlohmann::json DeviceCodes::begin(const std::string& client_id, const std::string& resource, IdSource& ids, Time now) {
    const auto device_code = ids.guid() + ids.guid();
    Started started{client_id, resource, new_user_code(ids), now + code_life, {}, false};
    const auto user_code = started.user_code;
    started_.emplace(device_code, std::move(started));
    return {{"user_code", user_code},
            {"device_code", device_code},
            {"verification_url", "https://microsoft.com/devicelogin"},
            {"expires_in", std::to_string(code_life.count())},
            {"interval", std::to_string(interval_seconds)},
            {"message",
             fmt::format("To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter "
                         "the code {} to authenticate.",
                         user_code)}};
}

std::variant<DeviceCodes::Started, DeviceCodes::Refusal> DeviceCodes::redeem(const std::string& device_code,
                                                                             const std::string& client_id, Time now) {
    const auto it = started_.find(device_code);
    if (it == started_.end() || it->second.client_id != client_id)
        return Refusal{"invalid_grant", 70000, "The provided value for the input parameter 'code' is not valid."};
    if (it->second.expires_at <= now) {
        started_.erase(it);
        return Refusal{"code_expired", 70019, "Verification code expired."};
    }
    if (it->second.declined) {
        started_.erase(it);
        return Refusal{"access_denied", 70018, "The end user denied the authorization request."};
    }
    if (it->second.user.empty())
        return Refusal{"authorization_pending", 70016,
                       "OAuth 2.0 device flow error. Authorization is pending. Continue polling."};
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
