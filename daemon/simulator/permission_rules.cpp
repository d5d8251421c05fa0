#include "simulator/application_rules.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;
using Problem = std::optional<GraphError>;

// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
constexpr std::size_t max_apis = 50, max_permissions = 400, max_permissions_personal = 200,
                      max_permissions_of_api_personal = 30;
constexpr std::size_t max_value = 120, max_value_personal = 40, max_scopes_personal = 100;
constexpr std::size_t max_clients_personal = 100, max_scopes_of_client_personal = 30, max_preauthorized_personal = 500;

bool is_good_value(const std::string& value, std::size_t longest) {
    constexpr std::string_view signs = "!#$%&'()*+,-./:;<=>?@[]^_`{|}~";
    if (value.size() > longest || (!value.empty() && value.front() == '.')) return false;
    return std::all_of(value.begin(), value.end(), [&](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) != 0 || signs.find(static_cast<char>(c)) != std::string_view::npos);
    });
}

/// A scope and a role may be one permission: the same in all that both have.
/// https://github.com/hashicorp/terraform-provider-azuread has the service's words about it.
bool are_one(const json& scope, const json& role) {
    return text(scope, "id") == text(role, "id") && text(scope, "value") == text(role, "value") &&
           scope.at("isEnabled") == role.at("isEnabled") &&
           text(scope, "adminConsentDisplayName") == text(role, "displayName") &&
           text(scope, "adminConsentDescription") == text(role, "description");
}

Problem check_unique(const json& scopes, const json& roles) {
    const auto check = [](const json& entries, const char* property) -> Problem {
        std::set<std::string> ids, values;
        for (const auto& entry : entries) {
            if (!ids.insert(text(entry, "id")).second) return invalid_value(property);
            const auto value = text(entry, "value");
            if (!value.empty() && !values.insert(value).second) return invalid_value(property);
        }
        return std::nullopt;
    };
    if (auto wrong = check(scopes, "api")) return wrong;
    if (auto wrong = check(roles, "appRoles")) return wrong;
    for (const auto& scope : scopes) {
        for (const auto& role : roles) {
            const bool same_id = text(scope, "id") == text(role, "id");
            const bool same_value = !text(scope, "value").empty() && text(scope, "value") == text(role, "value");
            if ((same_id || same_value) && !are_one(scope, role)) return invalid_value("appRoles");
        }
    }
    return std::nullopt;
}

Problem check_scopes(const json& scopes, bool personal) {
    if (personal && scopes.size() > max_scopes_personal) return invalid_value("api");
    for (const auto& scope : scopes) {
        const auto type = text(scope, "type");
        if (!is_guid(text(scope, "id")) || (type != "User" && type != "Admin")) return invalid_value("api");
        if (text(scope, "value").empty() ||
            !is_good_value(text(scope, "value"), personal ? max_value_personal : max_value))
            return invalid_value("api");
    }
    return std::nullopt;
}

Problem check_roles(const json& roles) {
    for (const auto& role : roles) {
        const auto& types = list(role, "allowedMemberTypes");
        const bool known = std::all_of(types.begin(), types.end(),
                                       [](const auto& type) { return type == "User" || type == "Application"; });
        if (!is_guid(text(role, "id")) || types.empty() || !known || !is_good_value(text(role, "value"), max_value))
            return invalid_value("appRoles");
    }
    return std::nullopt;
}

Problem check_preauthorized(const json& api, bool personal) {
    std::set<std::string> scopes, clients;
    for (const auto& scope : list(api, "oauth2PermissionScopes")) scopes.insert(text(scope, "id"));
    std::size_t count = 0;
    for (const auto& client : list(api, "preAuthorizedApplications")) {
        const auto& ids = list(client, "delegatedPermissionIds");
        const bool known = std::all_of(ids.begin(), ids.end(),
                                       [&](const auto& id) { return scopes.contains(id.template get<std::string>()); });
        if (!is_guid(text(client, "appId")) || !known || !clients.insert(text(client, "appId")).second)
            return invalid_value("api");
        if (personal && ids.size() > max_scopes_of_client_personal) return invalid_value("api");
        count += ids.size();
    }
    const bool too_many = clients.size() > max_clients_personal || count > max_preauthorized_personal;
    return personal && too_many ? Problem(invalid_value("api")) : std::nullopt;
}

Problem check_required_access(const json& application) {
    const bool personal = allows_personal_accounts(application);
    const auto& apis = list(application, "requiredResourceAccess");
    std::size_t permissions = 0;
    for (const auto& api : apis) {
        const auto& accesses = list(api, "resourceAccess");
        if (!is_guid(text(api, "resourceAppId"))) return invalid_value("requiredResourceAccess");
        for (const auto& access : accesses) {
            const auto type = text(access, "type");
            if (!is_guid(text(access, "id")) || (type != "Scope" && type != "Role"))
                return invalid_value("requiredResourceAccess");
        }
        if (personal && accesses.size() > max_permissions_of_api_personal)
            return invalid_value("requiredResourceAccess");
        permissions += accesses.size();
    }
    if (apis.size() > max_apis || permissions > (personal ? max_permissions_personal : max_permissions))
        return invalid_value("requiredResourceAccess");
    return std::nullopt;
}

json without_texts(json entry) {
    for (const auto* name : {"adminConsentDescription", "adminConsentDisplayName", "userConsentDescription",
                             "userConsentDisplayName", "description", "displayName"})
        entry.erase(name);
    return entry;
}

/// Scopes and roles that are enabled can be neither removed nor changed, but for being disabled.
bool breaks_disable_first(const GraphSwitches& switches, const json& before, const json& after) {
    std::map<std::string, const json*> now;
    for (const auto& entry : after) now[text(entry, "id")] = &entry;
    return std::any_of(before.begin(), before.end(), [&](const json& old) {
        if (!old.value("isEnabled", false)) return false;
        const auto found = now.find(text(old, "id"));
        if (found == now.end()) return true;
        auto was = old, is = *found->second;
        was["isEnabled"] = is["isEnabled"] = true;
        if (switches.enabled_permission_texts_may_change) return without_texts(was) != without_texts(is);
        return was != is;
    });
}

}  // namespace

Problem check_permissions(const GraphSwitches& switches, const json& after, const json* before, const json* as_seen) {
    const bool personal = allows_personal_accounts(after);
    const auto& scopes = list(after.at("api"), "oauth2PermissionScopes");
    const auto& roles = list(after, "appRoles");
    if (personal && !roles.empty() && !switches.roles_for_personal_accounts) return invalid_value("appRoles");
    const auto breaks = [&](const json* known) {
        return known != nullptr &&
               (breaks_disable_first(switches, list(known->at("api"), "oauth2PermissionScopes"), scopes) ||
                breaks_disable_first(switches, list(*known, "appRoles"), roles));
    };
    if (breaks(before) || breaks(as_seen)) {
        return GraphError{400,
                          switches.entitlement_error_code,
                          "Permission (scope or role) cannot be deleted or updated unless disabled first.",
                          {}};
    }
    if (auto wrong = check_scopes(scopes, personal)) return wrong;
    if (auto wrong = check_roles(roles)) return wrong;
    if (auto wrong = check_unique(scopes, roles)) return wrong;
    if (auto wrong = check_preauthorized(after.at("api"), personal)) return wrong;
    return check_required_access(after);
}

}  // namespace regent::simulator
