#include "provider/graph/exposed_api.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::provider::graph {
namespace {

using model::List;
using model::Map;
using model::Value;
using nlohmann::json;

constexpr std::array exposed_paths = {model::path::exposed_scopes, model::path::exposed_roles};

/// What manifests and Graph call the two who may consent to a scope.
constexpr std::string_view admins = "admins", admins_and_users = "admins-and-users";

using Wrong = tl::unexpected<std::string>;

/// Entries as they were read, of those that we would write in other words although we mean the same.
json none_said_otherwise() {
    return {{"oauth2PermissionScopes", json::array()}, {"appRoles", json::array()}};
}

// ---- reading

tl::expected<const json*, std::string> list_of(const json* parent, const char* name) {
    static const auto none = json::array();
    if (parent != nullptr && parent->is_null()) return &none;  // a complex member that was never set
    const auto* list = parent == nullptr ? nullptr : member(*parent, name);
    if (list == nullptr) return Wrong(fmt::format("`{}` is missing", name));
    if (list->is_null()) return &none;
    if (!list->is_array()) return Wrong(fmt::format("`{}` is no list", name));
    return list;
}

bool is_enabled(const json& entry) {
    const auto* enabled = member(entry, "isEnabled");
    return enabled != nullptr && enabled->is_boolean() && enabled->get<bool>();
}

Map scope_of(const json& entry) {
    return {{"id", lower_case(member_text(entry, "id"))},
            {"enabled", is_enabled(entry)},
            {"who", std::string(member_text(entry, "type") == "Admin" ? admins : admins_and_users)},
            {"title", member_text(entry, "adminConsentDisplayName")},
            {"description", member_text(entry, "adminConsentDescription")},
            {"userTitle", member_text(entry, "userConsentDisplayName")},
            {"userDescription", member_text(entry, "userConsentDescription")}};
}

Map role_of(const json& entry) {
    List allowed;
    if (const auto* types = member(entry, "allowedMemberTypes"); types != nullptr && types->is_array()) {
        for (const auto& type : *types)
            allowed.emplace_back(lower_case(type.is_string() ? type.get<std::string>() : ""));
    }
    std::sort(allowed.begin(), allowed.end());
    return {{"id", lower_case(member_text(entry, "id"))},
            {"enabled", is_enabled(entry)},
            {"allowed", std::move(allowed)},
            {"displayName", member_text(entry, "displayName")},
            {"description", member_text(entry, "description")}};
}

json text_or_null(const Value& value, std::string_view name) {
    auto text = text_of(value, name);
    return text.empty() ? json() : json(std::move(text));
}

bool flag_of(const Value& value, std::string_view name) {
    const auto* found = value.find(name);
    return found != nullptr && found->as_bool() != nullptr && *found->as_bool();
}

json scope_json(const std::string& name, const Value& scope) {
    return {{"id", text_of(scope, "id")},
            {"isEnabled", flag_of(scope, "enabled")},
            {"type", text_of(scope, "who") == admins ? "Admin" : "User"},
            {"value", name == text_of(scope, "id") ? json() : json(name)},
            {"adminConsentDisplayName", text_or_null(scope, "title")},
            {"adminConsentDescription", text_or_null(scope, "description")},
            {"userConsentDisplayName", text_or_null(scope, "userTitle")},
            {"userConsentDescription", text_or_null(scope, "userDescription")}};
}

json role_json(const std::string& name, const Value& role) {
    auto types = json::array();
    const auto* allowed = role.find("allowed");
    if (allowed != nullptr && allowed->as_list() != nullptr) {
        for (const auto& holder : *allowed->as_list())
            types.push_back(holder.text_or({}) == "user" ? "User" : "Application");
    }
    return {{"id", text_of(role, "id")},
            {"isEnabled", flag_of(role, "enabled")},
            {"allowedMemberTypes", std::move(types)},
            {"value", name == text_of(role, "id") ? json() : json(name)},
            {"displayName", text_or_null(role, "displayName")},
            {"description", text_or_null(role, "description")}};
}

/// Whether `entry`, which was read, says all that `written` says. What is missing says null.
bool says_as_written(const json& entry, const json& written) {
    for (const auto& [name, value] : written.items()) {
        const auto* there = member(entry, name.c_str());
        if (there == nullptr ? !value.is_null() : *there != value) return false;
    }
    return true;
}

using ToValue = Map (*)(const json& entry);
using ToJson = json (*)(const std::string& name, const Value& element);

std::string value_or_id(const json& entry) {
    auto value = member_text(entry, "value");
    return value.empty() ? lower_case(member_text(entry, "id")) : value;
}

/// Whether it is called by a value that both have. Graph takes no value twice today and old applications have some: the
/// one in use keeps the name, in whatever order the answer has them.
bool goes_before(const json& entry, const json& other) {
    if (is_enabled(entry) != is_enabled(other)) return is_enabled(entry);
    return lower_case(member_text(entry, "id")) < lower_case(member_text(other, "id"));
}

/// By value, and by id where there is none or another one has it. Entries that `write` would say in other words are
/// added to `otherwise`, with the name they go by here.
tl::expected<Map, std::string> by_name(const json* parent, const char* name, ToValue of, ToJson write,
                                       json& otherwise) {
    Map all;
    const auto list = list_of(parent, name);
    if (!list) return Wrong(list.error());
    std::map<std::string, const json*> named;
    for (const auto& entry : **list) {
        if (member_text(entry, "id").empty()) return Wrong(fmt::format("an entry of `{}` has no `id`", name));
        auto& holder = named.try_emplace(value_or_id(entry), &entry).first->second;
        if (goes_before(entry, *holder)) holder = &entry;
    }
    for (const auto& entry : **list) {
        const bool has_name = named.at(value_or_id(entry)) == &entry;
        const auto key = has_name ? value_or_id(entry) : lower_case(member_text(entry, "id"));
        const auto [place, is_new] = all.emplace(key, of(entry));
        if (is_new && !says_as_written(entry, write(place->first, place->second)))
            otherwise.push_back({{"name", key}, {"entry", entry}});
    }
    return all;
}

std::string name_of_scope(const Map& scopes, const std::string& id) {
    for (const auto& [name, scope] : scopes) {
        if (const auto* own = scope.find("id"); own != nullptr && *own == Value(id)) return name;
    }
    return id;
}

tl::expected<List, std::string> pre_authorized_of(const json* api, const Map& scopes) {
    List entries;
    const auto list = list_of(api, "preAuthorizedApplications");
    if (!list) return Wrong(list.error());
    for (const auto& client : **list) {
        const auto app_id = lower_case(member_text(client, "appId"));
        const auto ids = list_of(&client, "delegatedPermissionIds");
        if (!ids) return Wrong(ids.error());
        if ((*ids)->empty()) entries.emplace_back(Map{{"client", app_id}, {"scope", ""}});
        for (const auto& id : **ids) {
            const auto text = lower_case(id.is_string() ? id.get<std::string>() : std::string{});
            entries.emplace_back(Map{{"client", app_id}, {"scope", name_of_scope(scopes, text)}});
        }
    }
    return entries;
}

tl::expected<List, std::string> known_clients_of(const json* api) {
    List ids;
    const auto list = list_of(api, "knownClientApplications");
    if (!list) return Wrong(list.error());
    for (const auto& id : **list) ids.emplace_back(lower_case(id.is_string() ? id.get<std::string>() : std::string{}));
    return ids;
}

// ---- writing

const Value* value_at(const Map& map, std::string_view path) {
    const auto it = map.find(path);
    return it == map.end() ? nullptr : &it->second;
}

const Value* observed_at(const plan::Step& step, std::string_view path) {
    return step.observed ? value_at(step.observed->attributes, path) : nullptr;
}

/// As the step leaves it: what it may send, else what is there.
const Value* after_step(const plan::Step& step, std::string_view path) {
    const auto* value = value_at(step.values, path);
    return value != nullptr ? value : observed_at(step, path);
}

json said_otherwise(const plan::Step& step) {
    if (!step.observed) return none_said_otherwise();
    const auto& data = step.observed->provider_data;
    const auto it = data.find(provider_data::exposed_otherwise);
    return it == data.end() ? none_said_otherwise() : json::parse(it->second, nullptr, false);
}

/// What `entry` does not change of the one that is there is said in its words. An enabled entry may not be changed, and
/// how the service compares is documented nowhere: it may take another order of `allowedMemberTypes` for a change, or
/// null for another text than "".
void keep_words(json& entry, const json& there, ToValue of, ToJson write) {
    const auto as_ours = write(there["name"].get<std::string>(), of(there["entry"]));
    if (as_ours["id"] != entry["id"]) return;
    for (const auto& [name, value] : as_ours.items()) {
        const auto* words = member(there["entry"], name.c_str());
        if (words != nullptr && entry[name] == value) entry[name] = *words;
    }
}

json entries_of(const Value& elements, ToValue of, ToJson write, const json& otherwise) {
    auto entries = json::array();
    if (elements.as_map() == nullptr) return entries;
    for (const auto& [name, element] : *elements.as_map()) {
        auto entry = write(name, element);
        for (const auto& there : otherwise) keep_words(entry, there, of, write);
        entries.push_back(std::move(entry));
    }
    return entries;
}

using ScopesOfClients = std::map<std::string, std::set<std::string>>;

/// Ids of scopes by client. What names a scope that `scopes` has not is left out when `lenient`.
tl::expected<ScopesOfClients, std::string> clients_of(const Value* entries, const Value* scopes, bool lenient) {
    ScopesOfClients clients;
    if (entries == nullptr || entries->as_list() == nullptr) return clients;
    for (const auto& entry : *entries->as_list()) {
        const auto name = text_of(entry, "scope"), client = text_of(entry, "client");
        const auto* scope = scopes == nullptr ? nullptr : scopes->find(name);
        if (scope != nullptr) {
            clients[client].insert(text_of(*scope, "id"));
        } else if (name.empty()) {
            clients[client];
        } else if (!lenient) {
            return Wrong(fmt::format("it has no scope `{}` that {} could be pre-authorized for", name, client));
        }
    }
    return clients;
}

tl::expected<void, std::string> put_pre_authorized(const plan::Step& step, json& body) {
    const bool scopes_change = step.changed.contains(model::path::exposed_scopes);
    const bool clients_change = step.changed.contains(model::path::pre_authorized);
    if (!scopes_change && !clients_change) return {};
    const auto* scopes = after_step(step, model::path::exposed_scopes);
    const auto clients = clients_of(after_step(step, model::path::pre_authorized), scopes, scopes_change);
    if (!clients) return Wrong(clients.error());
    const auto before = clients_of(observed_at(step, model::path::pre_authorized),
                                   observed_at(step, model::path::exposed_scopes), true);
    if (!clients_change && *clients == *before) return {};
    auto entries = json::array();
    for (const auto& [client, ids] : *clients) entries.push_back({{"appId", client}, {"delegatedPermissionIds", ids}});
    body["api"]["preAuthorizedApplications"] = std::move(entries);
    return {};
}

Map given_but_enabled(const Value& element) {
    Map map;
    if (element.as_map() == nullptr) return map;
    for (const auto& [name, value] : *element.as_map()) {
        if (name != "enabled" && !value.is_null() && value != Value("")) map.emplace(name, value);
    }
    return map;
}

}  // namespace

tl::expected<void, std::string> read_exposed(const json& application, model::ObservedResource& observed) {
    auto& into = observed.attributes;
    auto otherwise = none_said_otherwise();
    const auto* api = member(application, "api");
    auto scopes = by_name(api, "oauth2PermissionScopes", scope_of, scope_json, otherwise["oauth2PermissionScopes"]);
    if (!scopes) return Wrong(scopes.error());
    auto roles = by_name(&application, "appRoles", role_of, role_json, otherwise["appRoles"]);
    if (!roles) return Wrong(roles.error());
    if (otherwise != none_said_otherwise())
        observed.provider_data.emplace(provider_data::exposed_otherwise, otherwise.dump());
    auto pre_authorized = pre_authorized_of(api, *scopes);
    if (!pre_authorized) return Wrong(pre_authorized.error());
    auto known_clients = known_clients_of(api);
    if (!known_clients) return Wrong(known_clients.error());
    into.insert_or_assign(std::string(model::path::exposed_scopes), std::move(*scopes));
    into.insert_or_assign(std::string(model::path::exposed_roles), std::move(*roles));
    into.insert_or_assign(std::string(model::path::pre_authorized), std::move(*pre_authorized));
    into.insert_or_assign(std::string(model::path::known_clients), std::move(*known_clients));
    return {};
}

model::ApiPermissions read_own_api(const json& application) {
    json principal = application;
    const auto* api = member(application, "api");
    const auto* scopes = api == nullptr ? nullptr : member(*api, "oauth2PermissionScopes");
    principal["oauth2PermissionScopes"] = scopes == nullptr ? json() : *scopes;
    auto read = read_api(principal);
    return read ? std::move(*read) : model::ApiPermissions{};
}

tl::expected<void, std::string> put_exposed(const plan::Step& step, json& body) {
    const auto changed = [&](std::string_view path) {
        return step.changed.contains(path) ? value_at(step.values, path) : nullptr;
    };
    const auto otherwise = said_otherwise(step);
    if (const auto* scopes = changed(model::path::exposed_scopes))
        body["api"]["oauth2PermissionScopes"] =
            entries_of(*scopes, scope_of, scope_json, otherwise["oauth2PermissionScopes"]);
    if (const auto* roles = changed(model::path::exposed_roles))
        body["appRoles"] = entries_of(*roles, role_of, role_json, otherwise["appRoles"]);
    if (const auto* clients = changed(model::path::known_clients)) {
        auto ids = json::array();
        for (const auto& client : clients->as_list() == nullptr ? List{} : *clients->as_list())
            ids.push_back(client.text_or({}));
        body["api"]["knownClientApplications"] = std::move(ids);
    }
    return put_pre_authorized(step, body);
}

std::set<std::string> disabled_before(const plan::Step& step) {
    std::set<std::string> ids;
    for (const auto path : exposed_paths) {
        const auto* observed = observed_at(step, path);
        const auto* wanted = value_at(step.values, path);
        if (!step.changed.contains(path) || observed == nullptr || observed->as_map() == nullptr || wanted == nullptr)
            continue;
        for (const auto& [name, there] : *observed->as_map()) {
            const auto* element = wanted->find(name);
            if (flag_of(there, "enabled") &&
                (element == nullptr || given_but_enabled(*element) != given_but_enabled(there)))
                ids.insert(text_of(there, "id"));
        }
    }
    return ids;
}

bool shows_disabled(const json& application, const std::set<std::string>& ids) {
    const auto* api = member(application, "api");
    for (const auto& list : {list_of(api, "oauth2PermissionScopes"), list_of(&application, "appRoles")}) {
        if (!list) return false;
        for (const auto& entry : **list) {
            if (is_enabled(entry) && ids.contains(lower_case(member_text(entry, "id")))) return false;
        }
    }
    return true;
}

}  // namespace regent::provider::graph
