#include "simulator/powerapps_permissions.hpp"

#include "simulator/powerapps_member.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace regent::simulator {
namespace {

using nlohmann::json;

template <std::size_t Size>
bool is_one_of(const std::string& text, const std::array<std::string_view, Size>& choices) {
    return std::any_of(choices.begin(), choices.end(), [&](auto choice) { return same_text(text, choice); });
}

std::string id_of(const json& record, const json& permission) {
    return fmt::format("/providers/Microsoft.PowerApps/apis/{}/permissions/{}", text_of(record, "name"),
                       text_of(permission["principal"], "id"));
}

std::optional<PowerAppsError> put(json& permissions, const json& entry) {
    const auto* properties = member_of(entry, "properties");
    const auto* principal = properties == nullptr ? nullptr : member_of(*properties, "principal");
    if (principal == nullptr) return invalid_content("a permission needs 'properties.principal'");
    const auto role = text_of(*properties, "roleName"), type = text_of(*principal, "type");
    if (!is_one_of<3>(role, {"CanView", "CanViewWithShare", "CanEdit"})) {
        return invalid_content(fmt::format("the role name '{}' is not valid", role));
    }
    if (!is_one_of<4>(type, {"User", "Group", "Tenant", "ServicePrincipal"})) {
        return invalid_content(fmt::format("the principal type '{}' is not valid", type));
    }
    auto id = text_of(*principal, "id");
    if (id.empty()) id = text_of(*principal, "tenantId");
    if (!is_guid(id)) return invalid_content(fmt::format("the principal id '{}' is not valid", id));
    const json permission{{"roleName", role}, {"principal", {{"id", id}, {"type", type}}}};
    for (auto& known : permissions) {
        if (!same_text(text_of(known["principal"], "id"), id)) continue;
        if (known["roleName"] != "Owner") known = permission;
        return std::nullopt;
    }
    permissions.push_back(permission);
    return std::nullopt;
}

}  // namespace

json maker_of(const Caller& caller) {
    if (!caller.user.empty()) {
        return {{"id", caller.object_id},       {"displayName", caller.user.substr(0, caller.user.find('@'))},
                {"email", caller.user},         {"type", "User"},
                {"tenantId", caller.tenant_id}, {"userPrincipalName", caller.user}};
    }
    return {{"id", caller.object_id},
            {"displayName", "Application " + caller.app_id},
            {"email", ""},
            {"type", "ServicePrincipal"},
            {"tenantId", caller.tenant_id},
            {"userPrincipalName", nullptr}};
}

json owner_permission(const Caller& caller) {
    return {{"roleName", "Owner"},
            {"principal", {{"id", caller.object_id}, {"type", caller.user.empty() ? "ServicePrincipal" : "User"}}}};
}

json shown_permissions(const json& record) {
    auto list = json::array();
    for (const auto& permission : record.value("permissions", json::array())) {
        const auto& principal = permission["principal"];
        const auto id = id_of(record, permission);
        list.push_back({{"name", text_of(principal, "id")},
                        {"id", id},
                        {"type", "Microsoft.PowerApps/apis/permissions"},
                        {"properties",
                         {{"roleName", permission["roleName"]},
                          {"principal",
                           {{"id", principal["id"]},
                            {"displayName", ""},
                            {"email", ""},
                            {"type", principal["type"]},
                            {"tenantId", nullptr}}},
                          {"notifyShareTargetOption", "NotSpecified"},
                          {"inviteGuestToTenant", false}}}});
    }
    return list;
}

std::optional<PowerAppsError> modify_permissions(json& record, const json& body) {
    if (!body.is_object()) return invalid_content("a JSON object is expected");
    auto permissions = record.value("permissions", json::array());
    for (const auto& entry : body.value("put", json::array())) {
        if (auto error = put(permissions, entry)) return error;
    }
    for (const auto& entry : body.value("delete", json::array())) {
        const auto id = text_of(entry, "id");
        const auto found = std::find_if(permissions.begin(), permissions.end(), [&](const json& permission) {
            return same_text(id_of(record, permission), id);
        });
        if (found == permissions.end())
            return PowerAppsError{404, "PermissionNotFound",
                                  fmt::format("The permission '{}' could not be found.", id)};
        if ((*found)["roleName"] == "Owner")
            return PowerAppsError{400, "CannotDeleteOwnerPermission", "The owner of an api cannot be removed."};
        permissions.erase(found);
    }
    record["permissions"] = std::move(permissions);
    return std::nullopt;
}

bool is_shared_with(const json& record, const Caller& caller) {
    const auto permissions = record.value("permissions", json::array());
    return std::any_of(permissions.begin(), permissions.end(), [&](const json& permission) {
        const auto& principal = permission["principal"];
        return text_of(principal, "type") == "Tenant" || same_text(text_of(principal, "id"), caller.object_id);
    });
}

}  // namespace regent::simulator
