#include "simulator/login_people.hpp"

#include "simulator/login_resources.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <sstream>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::string_view device_code_grant = "urn:ietf:params:oauth:grant-type:device_code";

struct Sentence {
    int code;
    const char* error;
    const char* message;
};

/// Why a refresh token is not taken. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
constexpr std::array refresh_refusals = {
    Sentence{50076, "invalid_grant",
             "Due to a configuration change made by your administrator, or because you moved to a new location, you "
             "must use multi-factor authentication to access the resource."},
    Sentence{50173, "invalid_grant",
             "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might "
             "have changed or reset their password."},
    Sentence{50057, "invalid_grant", "The user account is disabled."},
    Sentence{53003, "invalid_grant",
             "Access has been blocked by Conditional Access policies. The access policy does not allow token "
             "issuance."},
    Sentence{65001, "invalid_grant",
             "The user or administrator has not consented to use the application. Send an interactive authorization "
             "request for this user and resource."},
    Sentence{70043, "invalid_grant",
             "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access."},
    Sentence{700082, "invalid_grant",
             "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00."},
};

LoginRefusal refused_refresh(int code) {
    const auto* found = std::find_if(refresh_refusals.begin(), refresh_refusals.end(),
                                     [code](const auto& sentence) { return sentence.code == code; });
    if (found == refresh_refusals.end()) return {400, "invalid_grant", code, "The grant is not valid any more."};
    return {400, found->error, code, found->message};
}

}  // namespace

bool People::is_grant(const std::string& grant_type, bool v2) {
    // MSAL for JavaScript sends the short name to version 2 as well (@azure/msal-common, GrantType).
    return grant_type == "refresh_token" || grant_type == "device_code" || (v2 && grant_type == device_code_grant);
}

/// Programs that may sign people in: Microsoft's own, and public clients of the tenant.
bool People::signs_people_in(const std::string& client_id) const {
    if (is_public_client(client_id)) return true;
    const auto* application = directory_.application_by("appId", client_id);
    return application != nullptr && application->value("isFallbackPublicClient", json()) == true;
}

People::Answer People::device_code(const json& form, bool v2) {
    const auto client = text(form, "client_id");
    const auto* application = directory_.application_by("appId", client);
    if (application == nullptr && !is_public_client(client)) return unknown_client(client);
    if (!signs_people_in(client))
        return LoginRefusal{
            401, "invalid_client", 7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."};
    auto wanted = text(form, v2 ? "scope" : "resource");
    if (v2) {
        Grant grant;
        if (const auto refusal = read_scopes(wanted, grant)) return *refusal;
    } else if (!audience_of(directory_, wanted)) {
        return unknown_resource(wanted);
    }
    return codes_.begin(client, wanted, v2, directory_.ids(), directory_.now());
}

People::Answer People::token(const json& form, bool v2, long lifetime, const std::string& issuer) {
    const bool refresh = text(form, "grant_type") == "refresh_token";
    auto outcome = refresh ? by_refresh_token(form, v2) : by_device_code(form, v2);
    if (const auto* refusal = std::get_if<LoginRefusal>(&outcome)) return *refusal;
    auto& grant = std::get<Grant>(outcome);
    grant.client_info = text(form, "client_info") == "1";
    return issue(grant, lifetime, issuer);
}

std::variant<People::Grant, LoginRefusal> People::by_device_code(const json& form, bool v2) {
    const auto code = text(form, v2 ? "device_code" : "code");
    const auto outcome = codes_.redeem(code, text(form, "client_id"), v2, directory_.now());
    if (const auto* refusal = std::get_if<LoginRefusal>(&outcome)) return *refusal;
    const auto& started = std::get<DeviceCodes::Started>(outcome);
    Grant grant{started.client_id, started.user, started.wanted, "user_impersonation", v2, false, true, false};
    if (v2) {
        if (const auto refusal = read_scopes(started.wanted, grant)) return *refusal;
    }
    return grant;
}

std::variant<People::Grant, LoginRefusal> People::by_refresh_token(const json& form, bool v2) {
    const auto found = sessions_.find(text(form, "refresh_token"));
    if (found == sessions_.end() || !same_text(found->second.client_id, text(form, "client_id")))
        return LoginRefusal{400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."};
    auto& session = found->second;
    const auto now = directory_.now();
    if (session.revoked) return refused_refresh(50173);
    if (now - session.used_at > std::chrono::seconds(refresh_lifetime_)) return refused_refresh(700082);
    if (refuse_refresh_ != 0) return refused_refresh(refuse_refresh_);
    Grant grant{session.client_id, session.user, text(form, "resource"), "user_impersonation", v2, true, !v2, false};
    if (v2) {
        if (const auto refusal = read_scopes(text(form, "scope"), grant)) return *refusal;
    } else if (!audience_of(directory_, grant.resource)) {
        return unknown_resource(grant.resource);
    }
    session.used_at = now;
    session.revoked = !old_tokens_serve_;
    grant.offline = true;  // each exchange brings another one, asked for or not
    return grant;
}

/// "openid offline_access https://service.powerapps.com//.default": one resource, which is what stands before the last
/// slash; scopes without one are Graph's.
std::optional<LoginRefusal> People::read_scopes(const std::string& scopes, Grant& grant) const {
    std::istringstream words(scopes);
    grant.resource.clear();
    for (std::string word; words >> word;) {
        grant.offline = grant.offline || word == "offline_access";
        grant.identity = grant.identity || word == "openid";
        if (word == "offline_access" || word == "openid" || word == "profile" || word == "email") continue;
        const auto slash = word.rfind('/');
        const auto resource = slash == std::string::npos ? "https://graph.microsoft.com" : word.substr(0, slash);
        if (!grant.resource.empty() && grant.resource != resource)
            return LoginRefusal{400, "invalid_request", 28000,
                                "Provided value for the input parameter scope is not valid because it contains more "
                                "than one resource."};
        grant.resource = resource;
        grant.scope = word;
    }
    if (grant.resource.empty())
        return LoginRefusal{400, "invalid_request", 900144,
                            "The request body must contain the following parameter: 'scope'."};
    if (!audience_of(directory_, grant.resource)) return unknown_resource(grant.resource);
    return std::nullopt;
}

json People::issue(const Grant& grant, long lifetime, const std::string& issuer) {
    const auto now = epoch_seconds(directory_.now());
    json person{{"iss", fmt::format("https://sts.windows.net/{}/", directory_.tenant_id())},
                {"iat", now},
                {"nbf", now},
                {"exp", now + lifetime},
                {"oid", object_id_of(grant.user)},
                {"sub", base64url(sha256_bytes("sub " + grant.user))},
                {"tid", directory_.tenant_id()},
                {"upn", grant.user},
                {"unique_name", grant.user},
                {"name", grant.user.substr(0, grant.user.find('@'))},
                {"ver", "1.0"}};
    auto access = person;
    access["aud"] = grant.resource;
    access["appid"] = grant.client_id;
    access["scp"] = "user_impersonation";
    access["uti"] = directory_.ids().guid();
    person["aud"] = grant.client_id;
    if (grant.v2) {
        person["iss"] = issuer;
        person["preferred_username"] = grant.user;
        person["ver"] = "2.0";
    }
    json answer{{"token_type", "Bearer"}, {"scope", grant.scope}, {"access_token", key_.sign(access)}};
    if (grant.identity) answer["id_token"] = key_.sign(person);
    if (grant.offline) answer["refresh_token"] = new_refresh_token(grant);
    if (grant.client_info)
        answer["client_info"] = base64url(json{{"uid", person.at("oid")}, {"utid", directory_.tenant_id()}}.dump());
    if (grant.v2) {
        answer["expires_in"] = answer["ext_expires_in"] = lifetime;
    } else {
        answer["expires_in"] = answer["ext_expires_in"] = std::to_string(lifetime);
        answer["expires_on"] = std::to_string(now + lifetime);
        answer["resource"] = grant.resource;
    }
    return answer;
}

std::string People::new_refresh_token(const Grant& grant) {
    auto token = fmt::format("0.{}.{}", base64url(sha256_bytes(directory_.ids().guid())),
                             base64url(sha256_bytes(directory_.ids().guid())));
    sessions_[token] = {grant.client_id, grant.user, directory_.now(), false};
    return token;
}

/// Of a user of the directory his own; of anybody else one that stays the same.
std::string People::object_id_of(const std::string& user) const {
    for (const auto* known : directory_.users.all(directory_.now()))
        if (same_text(text(*known, "userPrincipalName"), user)) return text(*known, "id");
    const auto hex = sha256_hex("user " + lower(user));
    return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3), hex.substr(17, 3),
                       hex.substr(20, 12));
}

bool People::change(const std::string& path, const json& body) {
    const bool deletes = body.value("delete", false);
    if (path == "/refreshTokens" && deletes) {
        for (auto& [token, session] : sessions_) session.revoked = true;
        return true;
    }
    constexpr std::string_view prefix = "/devicelogin/";
    if (!starts_with(path, prefix)) return false;
    const auto user = body.contains("patch") ? text(body["patch"], "user") : std::string{};
    if (!deletes && user.find('@') == std::string::npos) return false;
    return codes_.enter(path.substr(prefix.size()), deletes ? std::string{} : user);
}

bool People::set_switch(const std::string& name, const json& value) {
    if (name == "deviceCodeIntervalSeconds") {
        codes_.interval_seconds = value.get<long>();
    } else if (name == "refreshTokenLifetimeSeconds") {
        refresh_lifetime_ = value.get<long>();
    } else if (name == "refuseRefresh") {
        refuse_refresh_ = value.get<int>();
    } else if (name == "oldRefreshTokensServe") {
        old_tokens_serve_ = value.get<bool>();
    } else {
        return false;
    }
    return true;
}

void People::describe_switches(json& into) const {
    into["deviceCodeIntervalSeconds"] = codes_.interval_seconds;
    into["refreshTokenLifetimeSeconds"] = refresh_lifetime_;
    into["refuseRefresh"] = refuse_refresh_;
    into["oldRefreshTokensServe"] = old_tokens_serve_;
}

}  // namespace regent::simulator
