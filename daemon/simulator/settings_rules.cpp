#include "simulator/application_rules.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <array>

namespace regent::simulator {
namespace {

using nlohmann::json;
using Problem = std::optional<GraphError>;

/// In metadata and, so far, in no description of what can be written.
constexpr std::array undocumented = {"authenticationBehaviors", "isDisabled", "oauth2RequirePostResponse"};

/// Groups with a member that metadata does not let be absent.
struct Needed {
    const char* group;
    const char* member;
};
constexpr std::array needed = {Needed{"servicePrincipalLockConfiguration", "isEnabled"},
                               Needed{"requestSignatureVerification", "isSignedRequestRequired"},
                               Needed{"parentalControlSettings", "legalAgeGroupRule"}};

bool is_page(const std::string& url) {
    return url.empty() || starts_with(lower(url), "http://") || starts_with(lower(url), "https://");
}

Problem check_claims(const json& claims) {
    if (!claims.is_object()) return std::nullopt;
    for (const auto& [token, entries] : claims.items()) {
        for (const auto& entry : entries) {
            if (text(entry, "name").empty()) return invalid_value("optionalClaims");
        }
    }
    return std::nullopt;
}

Problem check_countries(const json& countries) {
    for (const auto& country : countries) {
        const auto code = country.get<std::string>();
        if (code.size() != 2 || code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos)
            return invalid_value("parentalControlSettings");
    }
    return std::nullopt;
}

}  // namespace

Problem check_settings(const GraphSwitches& switches, const json& after, const json* before) {
    for (const auto* name : undocumented) {
        const auto there = before == nullptr ? json() : before->value(name, json());
        if (switches.undocumented_properties_refused && after.value(name, json()) != there) return invalid_value(name);
    }
    for (const auto& [group, member] : needed) {
        const auto& value = after.at(group);
        if (value.is_object() && (!value.contains(member) || value.at(member).is_null())) return invalid_value(group);
    }
    const auto weak = text(after.at("requestSignatureVerification"), "allowedWeakAlgorithms");
    if (!weak.empty() && weak != "rsaSha1") return invalid_value("requestSignatureVerification");
    if (!is_page(text(after, "samlMetadataUrl"))) return invalid_value("samlMetadataUrl");
    if (auto wrong = check_countries(after.at("parentalControlSettings").at("countriesBlockedForMinors"))) return wrong;
    return check_claims(after.at("optionalClaims"));
}

void replace_groups(json& application, const json& body) {
    for (const auto* group : {"authenticationBehaviors", "optionalClaims", "parentalControlSettings",
                              "requestSignatureVerification", "servicePrincipalLockConfiguration"}) {
        if (body.contains(group)) application[group] = body.at(group);
    }
}

}  // namespace regent::simulator
