#include "provider/graph/permissions_catalogue.hpp"

#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::provider::graph {
namespace {

using nlohmann::json;

std::string entry_of(const std::string& api, const std::string& type, const std::string& id) {
    return api + " " + type + " " + id;
}

/// An application can hold only roles that are meant for applications; others are for users and groups.
bool is_for(const json& role, const char* type) {
    const auto* types = member(role, "allowedMemberTypes");
    return types != nullptr && types->is_array() && std::find(types->begin(), types->end(), type) != types->end();
}

bool is_disabled(const json& entry) {
    const auto* enabled = member(entry, "isEnabled");
    return enabled != nullptr && enabled->is_boolean() && !enabled->get<bool>();
}

ProviderError rejected(const std::string& what, const std::string& why, std::string help) {
    ProviderError error;
    error.kind = ErrorKind::rejected;
    error.code = "RG0709";
    error.message = fmt::format("could not {}: {}", what, why);
    error.help = std::move(help);
    return error;
}

}  // namespace

std::string path_of_api(const std::string& app_id) {
    return "/servicePrincipals(appId=" + key_literal(app_id) +
           ")?$select=id,appId,displayName,appRoles,oauth2PermissionScopes";
}

tl::expected<model::ApiPermissions, std::string> read_api(const json& service_principal) {
    model::ApiPermissions api;
    api.app_id = lower_case(member_text(service_principal, "appId"));
    api.display_name = member_text(service_principal, "displayName");
    api.service_principal_id = lower_case(member_text(service_principal, "id"));
    if (api.app_id.empty()) return tl::unexpected(std::string("a service principal without `appId`"));
    const auto collect = [&](const char* name, const std::string& type, auto accepts, auto& into) {
        const auto* list = member(service_principal, name);
        if (list == nullptr || (!list->is_null() && !list->is_array())) return false;
        for (const auto& entry : *list) {
            const auto value = member_text(entry, "value");
            if (value.empty() || !accepts(entry)) continue;
            into.emplace(value, lower_case(member_text(entry, "id")));
            if (is_disabled(entry)) api.disabled.insert(fmt::format("{} {}", type, value));
        }
        return true;
    };
    if (!collect(
            "oauth2PermissionScopes", "delegated", [](const json&) { return true; }, api.delegated))
        return tl::unexpected(std::string("a service principal without `oauth2PermissionScopes`"));
    if (!collect(
            "appRoles", "application", [](const json& role) { return is_for(role, "Application"); }, api.application) ||
        !collect(
            "appRoles", "people", [](const json& role) { return is_for(role, "User"); }, api.people))
        return tl::unexpected(std::string("a service principal without `appRoles`"));
    return api;
}

PermissionNames::PermissionNames(const std::map<std::string, model::ApiPermissions>& apis) {
    for (const auto& [app_id, api] : apis) {
        for (const auto& [name, id] : api.delegated) names_.emplace(entry_of(app_id, "delegated", id), name);
        // Entra lets applications ask for roles that only people can hold.
        for (const auto* roles : {&api.application, &api.people}) {
            for (const auto& [name, id] : *roles) names_.emplace(entry_of(app_id, "application", id), name);
        }
    }
}

std::string PermissionNames::name_of(const std::string& api, const std::string& type, const std::string& id) const {
    const auto it = names_.find(entry_of(api, type, id));
    return it == names_.end() ? id : it->second;
}

tl::expected<json, ProviderError> PermissionsCatalogue::required_resource_access(const model::List& permissions,
                                                                                 const model::List* known,
                                                                                 const std::string& what) {
    std::map<std::string, std::string> ids;
    for (const auto& entry : known == nullptr ? model::List{} : *known)
        ids.emplace(entry_of(lower_case(text_of(entry, "api")), text_of(entry, "type"), text_of(entry, "name")),
                    text_of(entry, "id"));
    std::map<std::string, json> by_api;
    for (const auto& permission : permissions) {
        const auto api = lower_case(text_of(permission, "api"));
        const auto type = text_of(permission, "type");
        const auto name = text_of(permission, "name");
        const auto ours = ids.find(entry_of(api, type, name));
        tl::expected<std::string, ProviderError> id = ours != ids.end() ? ours->second : id_of(api, type, name, what);
        const auto for_people = id || type != "application" ? std::nullopt : known_role_of_people(api, name);
        if (for_people) id = *for_people;
        if (!id) return tl::unexpected(std::move(id.error()));
        auto& access = by_api.try_emplace(api, json::array()).first->second;
        access.push_back({{"id", *id}, {"type", type == "application" ? "Role" : "Scope"}});
    }
    auto result = json::array();
    for (auto& [api, access] : by_api)
        result.push_back({{"resourceAppId", api}, {"resourceAccess", std::move(access)}});
    return result;
}

tl::expected<std::string, ProviderError> PermissionsCatalogue::id_of(const std::string& api, const std::string& type,
                                                                     const std::string& name, const std::string& what) {
    if (is_guid(name)) return lower_case(name);
    if (auto id = known_id(api, type, name)) return std::move(*id);
    if (auto read_now = read(api, what); !read_now) return tl::unexpected(std::move(read_now.error()));
    if (auto id = known_id(api, type, name)) return std::move(*id);
    return tl::unexpected(rejected(what,
                                   fmt::format("the API {} publishes no {} permission named `{}`", api, type, name),
                                   "run `regent plan`: it lists the near ones"));
}

tl::expected<std::string, ProviderError> PermissionsCatalogue::service_principal_of(const std::string& api,
                                                                                    const std::string& what) {
    for (const bool first : {true, false}) {
        {
            const std::lock_guard lock(mutex_);
            const auto it = apis_.find(api);
            if (it != apis_.end() && !it->second.service_principal_id.empty()) return it->second.service_principal_id;
        }
        if (!first) break;
        if (auto read_now = read(api, what); !read_now) return tl::unexpected(std::move(read_now.error()));
    }
    return tl::unexpected(client_.incomplete(what, "a service principal without `id`"));
}

tl::expected<std::string, ProviderError> PermissionsCatalogue::role_of(const std::string& api, const std::string& role,
                                                                       const std::string& what) {
    if (is_guid(role)) return lower_case(role);
    if (auto read_now = read(api, what); !read_now) return tl::unexpected(std::move(read_now.error()));
    const std::lock_guard lock(mutex_);
    const auto& published = apis_.at(api);
    for (const auto* roles : {&published.people, &published.application}) {
        if (const auto it = roles->find(role); it != roles->end()) return it->second;
    }
    return tl::unexpected(rejected(what, fmt::format("the application has no role `{}`", role),
                                   "check the name in `servicePrincipal.assignments`"));
}

std::optional<std::string> PermissionsCatalogue::known_id(const std::string& api, const std::string& type,
                                                          const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto it = apis_.find(api);
    if (it == apis_.end()) return std::nullopt;
    const auto& published = type == "application" ? it->second.application : it->second.delegated;
    const auto id = published.find(name);
    return id == published.end() ? std::nullopt : std::optional(id->second);
}

std::optional<std::string> PermissionsCatalogue::known_role_of_people(const std::string& api,
                                                                      const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto it = apis_.find(api);
    if (it == apis_.end()) return std::nullopt;
    const auto id = it->second.people.find(name);
    return id == it->second.people.end() ? std::nullopt : std::optional(id->second);
}

tl::expected<void, ProviderError> PermissionsCatalogue::read(const std::string& api, const std::string& what) {
    auto answer = client_.get(path_of_api(api), what);
    if (!answer) {
        if (answer.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(answer.error()));
        return tl::unexpected(
            rejected(what, fmt::format("the API {} has no service principal in this tenant", api),
                     fmt::format("an administrator creates it with `az ad sp create --id {}`; or the application id is "
                                 "wrong",
                                 api)));
    }
    auto permissions = read_api(*answer);
    if (!permissions) return tl::unexpected(client_.incomplete(what, permissions.error()));
    if (permissions->app_id != api)
        return tl::unexpected(client_.incomplete(what, "another API than the one asked for"));
    const std::lock_guard lock(mutex_);
    apis_.insert_or_assign(api, std::move(*permissions));
    return {};
}

}  // namespace regent::provider::graph
