#include "simulator/application_rules.hpp"

#include "simulator/app_management_policies.hpp"
#include "simulator/key_credentials.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;
using Problem = std::optional<GraphError>;

// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
constexpr std::size_t max_display_name = 120, max_display_name_personal = 90, max_description = 1024, max_tag = 256,
                      max_logout_url = 255;
constexpr std::size_t max_secrets_personal = 2;
constexpr std::size_t max_manifest_entries = 1200;

bool is_among(const std::string& value, std::initializer_list<std::string_view> allowed) {
    return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

Problem check_tags(const json& tags) {
    std::set<std::string> seen;
    for (const auto& tag : tags) {
        const auto value = tag.get<std::string>();
        if (value.empty() || characters_in(value) > max_tag || value.find_first_of(" \t\r\n") != std::string::npos ||
            !seen.insert(value).second)
            return invalid_value("tags");
    }
    return std::nullopt;
}

bool are_membership_claims(const std::string& claims) {
    for (std::size_t begin = 0; begin <= claims.size() && !claims.empty();) {
        const auto end = std::min(claims.find(',', begin), claims.size());
        auto claim = claims.substr(begin, end - begin);
        claim.erase(std::remove(claim.begin(), claim.end(), ' '), claim.end());
        if (!is_among(claim, {"None", "SecurityGroup", "ApplicationGroup", "DirectoryRole", "All"})) return false;
        begin = end + 1;
    }
    return true;
}

bool is_absolute_url(const std::string& url) {
    return url.empty() || starts_with(lower(url), "http://") || starts_with(lower(url), "https://");
}

bool is_logout_url(const std::string& url) {
    if (url.empty()) return true;
    return url.size() <= max_logout_url && starts_with(url, "https://");
}

Problem check_texts(const json& application) {
    const auto name = text(application, "displayName");
    if (name.empty()) return bad_request("A value is required for property 'displayName' of resource 'Application'.");
    if (characters_in(name) > (allows_personal_accounts(application) ? max_display_name_personal : max_display_name))
        return invalid_value("displayName");
    if (characters_in(text(application, "description")) > max_description) return invalid_value("description");
    if (!is_among(
            text(application, "signInAudience"),
            {"AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}))
        return invalid_value("signInAudience");
    if (!is_logout_url(text(application.at("web"), "logoutUrl"))) return invalid_value("web");
    for (const auto* url : {"marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl"}) {
        if (!is_absolute_url(text(application.at("info"), url))) return invalid_value("info");
    }
    if (!are_membership_claims(text(application, "groupMembershipClaims")))
        return invalid_value("groupMembershipClaims");
    if (!is_among(text(application, "nativeAuthenticationApisEnabled"), {"", "none", "all"}))
        return invalid_value("nativeAuthenticationApisEnabled");
    if (!is_among(text(application.at("parentalControlSettings"), "legalAgeGroupRule"),
                  {"Allow", "RequireConsentForPrivacyServices", "RequireConsentForMinors", "RequireConsentForKids",
                   "BlockMinors"}))
        return invalid_value("parentalControlSettings");
    return check_tags(application.at("tags"));
}

Problem check_audience(const json& application) {
    const auto& version = application.at("api").at("requestedAccessTokenVersion");
    if (!version.is_null() && version != json(1) && version != json(2)) return invalid_value("api");
    if (!allows_personal_accounts(application)) return std::nullopt;
    if (version != json(2)) return invalid_value("requestedAccessTokenVersion", "ApiApplication");
    if (application.at("passwordCredentials").size() > max_secrets_personal)
        return invalid_value("passwordCredentials");
    return std::nullopt;
}

Problem check_unique_name(const json& after, const json* before) {
    const auto old = before == nullptr ? std::string{} : text(*before, "uniqueName");
    if (!old.empty() && text(after, "uniqueName") != old) return read_only("uniqueName");
    return std::nullopt;
}

std::size_t entries_of(const json& value) {
    std::size_t count = value.is_array() ? value.size() : 0;
    if (value.is_structured()) {
        for (const auto& element : value) count += entries_of(element);
    }
    return count;
}

Problem check_size(json application) {
    for (const auto* member : {"federatedIdentityCredentials", "owners", "_secrets"}) application.erase(member);
    if (entries_of(application) <= max_manifest_entries) return std::nullopt;
    return GraphError{403,
                      "Directory_ResourceSizeExceeded",
                      "The size of the object has exceeded its limit. Please reduce the number of values and retry "
                      "your request.",
                      {}};
}

}  // namespace

bool allows_personal_accounts(const json& application) {
    return is_among(text(application, "signInAudience"),
                    {"AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"});
}

Problem check_application(const Directory& directory, const GraphSwitches& switches, const json& after,
                          const json* before) {
    // What broke the same rule before this request.
    const auto is_old = [&](const auto& check) {
        return !switches.old_values_are_judged && before != nullptr && check(*before).has_value();
    };
    const auto texts = [](const json& application) { return check_texts(application); };
    const auto uris = [&](const json& application) { return check_redirect_uris(switches, application); };
    const auto audience = [](const json& application) { return check_audience(application); };
    const auto permissions = [&](const json& application) {
        return check_permissions(switches, application, &application, nullptr);
    };
    const auto settings = [&](const json& application) { return check_settings(switches, application, &application); };
    const auto size = [](const json& application) { return check_size(application); };
    if (auto wrong = texts(after); wrong && !is_old(texts)) return wrong;
    if (auto wrong = check_unique_name(after, before)) return wrong;
    if (auto wrong = uris(after); wrong && !is_old(uris)) return wrong;
    if (auto wrong = check_identifier_uris(directory, after, before)) return wrong;
    if (auto wrong = audience(after); wrong && !is_old(audience)) return wrong;
    const auto* as_seen = before == nullptr
                              ? nullptr
                              : directory.applications.find(text(*before, "id"), directory.now(),
                                                            std::chrono::seconds(switches.disabled_seen_after_seconds));
    if (auto wrong = check_permissions(switches, after, before, as_seen); wrong && !is_old(permissions)) return wrong;
    if (auto wrong = check_settings(switches, after, before); wrong && !is_old(settings)) return wrong;
    if (auto wrong = check_keys(after, before)) return wrong;
    if (auto wrong = check_key_policy(directory, switches, after, before)) return wrong;
    if (auto wrong = check_application_policy(directory, switches, after, before)) return wrong;
    if (auto wrong = check_conflicts(directory, after, before)) return wrong;
    auto wrong = size(after);
    return wrong && is_old(size) ? std::nullopt : wrong;
}

}  // namespace regent::simulator
