#include "plan/role_changes.hpp"

#include "model/attributes.hpp"
#include "plan/diff.hpp"
#include "plan/exposed_permissions.hpp"
#include "plan/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>

namespace regent::plan {
namespace {

using model::Map;
using model::Value;

// ---- what becomes of a role

const Value* find_by_name_or_id(const Map& roles, const std::string& role, std::string& name) {
    for (const auto& [called, element] : roles) {
        if (called != role && text_of(element, "id") != role) continue;
        name = called;
        return &element;
    }
    return nullptr;
}

struct Exposed {
    std::vector<AttributeDiff> diffs;  ///< own what `attributes` points to
    std::vector<ExposedAttribute> attributes;
};

Exposed exposed_of(const Item& api) {
    Exposed exposed;
    std::vector<const ResolvedAttribute*> resolved;
    for (const auto& attribute : api.attributes) {
        if (attribute.attribute->exposed) resolved.push_back(&attribute);
    }
    const auto marks = observed_marks(api.observed);
    for (const auto* attribute : resolved) exposed.diffs.push_back(diff(*attribute, nullptr, marks));
    for (std::size_t i = 0; i < resolved.size(); ++i)
        exposed.attributes.push_back({std::string(resolved[i]->attribute->path), resolved[i]->observed.as_map(),
                                      exposed.diffs[i].whole.as_map()});
    return exposed;
}

/// Whether elements of `attribute` go since the role goes that they name, which is one of `api`.
bool takes_away_before(const ResolvedAttribute& attribute, const Item& item, const Item& api, const Items& items) {
    const auto member = role_member_of(attribute.attribute->path);
    if (member.empty()) return false;
    const auto changes = diff(attribute, nullptr, observed_marks(item.observed)).changes;
    return std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
        if (change.op != Change::Op::remove) return false;
        const auto* at = change.before.find("api");
        const auto* of = at == nullptr ? &item : item_of_api(*at, items);
        return of == &api &&
               change_of_role(api, text_of(change.before, member)).goes == RoleChange::When::after_disabling;
    });
}

// ---- what assignments are called

/// Elements that name the API as well as what they are about, which otherwise is of their own application.
bool names_api(std::string_view path) {
    return path == model::path::consented_roles || path == model::path::permissions;
}

/// Where elements of `path` say what a role or a scope is called.
std::string_view naming_member_of(std::string_view path) {
    return path == model::path::permissions ? "name" : role_member_of(path);
}

/// Where what an element of `path` is about is exposed.
std::string_view exposed_path_of(std::string_view path, const Value& element) {
    const bool is_scope = path == model::path::permissions && text_of(element, "type") == "delegated";
    return is_scope ? model::path::exposed_scopes : model::path::exposed_roles;
}

/// The items whose roles `resolved` names, by the application id that the tenant has for them; of its own application
/// by an empty one.
std::map<std::string, const Item*> apis_of(const ResolvedAttribute& resolved, const Item& item, const Items& items) {
    if (!names_api(resolved.attribute->path)) return {{std::string{}, &item}};
    std::map<std::string, const Item*> apis;
    for (const auto& element : resolved.desired->elements) {
        const auto* api = element.value.find("api");
        const auto* reference = api == nullptr ? nullptr : api->as_reference();
        const auto target = reference == nullptr ? items.end() : items.find(reference->address);
        if (target == items.end()) continue;
        if (const auto id = looked_up(*api, items); is_known(id)) apis.emplace(id.text_or({}), &target->second);
    }
    return apis;
}

/// Roles (or scopes) that are there under other names or ids than they are to have.
struct Renamed {
    std::map<std::string, std::string> by_name;   ///< as the tenant calls it → as it is wanted
    std::map<std::string, std::string> replaced;  ///< name → id of the one that has the name until now
};

Renamed renamed_in(std::string_view path, const Item& api, const model::Environment& environment) {
    Renamed renamed;
    const auto desired = api.desired->attributes.find(path);
    if (api.observed == nullptr || desired == api.desired->attributes.end() || !api.is_written() ||
        is_ignored(*api.desired, path))
        return renamed;
    const auto there = api.observed->attributes.find(path);
    if (there == api.observed->attributes.end() || there->second.as_map() == nullptr) return renamed;
    std::map<std::string, std::string> names_by_id;
    for (const auto& [name, role] : *there->second.as_map()) names_by_id.emplace(text_of(role, "id"), name);
    for (const auto& element : desired->second.elements) {
        const auto id = id_of_exposed(api, environment, path, element.name);
        // What is held of one that is not there any more is read by its id.
        const auto it = names_by_id.find(id);
        const auto& called = it == names_by_id.end() ? id : it->second;
        if (called != element.name) renamed.by_name.emplace(called, element.name);
        const auto* same_name = there->second.find(element.name);
        if (same_name != nullptr && text_of(*same_name, "id") != id)
            renamed.replaced.emplace(element.name, text_of(*same_name, "id"));
    }
    return renamed;
}

Value with_role(const Value& element, std::string_view member, const std::string& role) {
    auto map = *element.as_map();
    map.insert_or_assign(std::string(member), role);
    return map;
}

}  // namespace

std::string_view role_member_of(std::string_view path) {
    if (path == model::path::assigned_people || path == model::path::assigned_applications) return "role";
    return path == model::path::consented_roles ? "name" : std::string_view{};
}

const Item* item_of_api(const Value& api, const Items& items) {
    if (const auto* reference = api.as_reference()) {
        const auto it = items.find(reference->address);
        return it == items.end() ? nullptr : &it->second;
    }
    const auto has_its_id = [&](const auto& entry) {
        if (entry.second.observed == nullptr) return false;
        const auto id = entry.second.observed->outputs.find(model::output::app_id);
        return id != entry.second.observed->outputs.end() && Value(id->second) == api;
    };
    const auto it = std::find_if(items.begin(), items.end(), has_its_id);
    return it == items.end() ? nullptr : &it->second;
}

std::string key_after_disabling(const model::Address& application) {
    return StepGraph::key(application, {}, "what was disabled");
}

std::string RoleChange::key(When when) const {
    return when == When::after_disabling ? key_after_disabling(application) : StepGraph::key(application);
}

RoleChange change_of_role(const Item& api, const std::string& role) {
    RoleChange change;
    change.application = api.desired->address;
    if (role.empty() || !api.is_written() || api.observed == nullptr || api.is_made_anew()) return change;
    using When = RoleChange::When;
    const auto exposed = exposed_of(api);
    const auto roles = std::find_if(exposed.attributes.begin(), exposed.attributes.end(),
                                    [](const auto& one) { return one.path == model::path::exposed_roles; });
    if (roles == exposed.attributes.end()) return change;
    const auto first = disable_first(exposed.attributes).first;
    const auto sent_first = first.find(model::path::exposed_roles);
    const Map& early = sent_first == first.end() ? *roles->wanted : sent_first->second;
    std::string name = role, wanted_name = role;
    const auto* there = find_by_name_or_id(*roles->observed, role, name);
    const auto has = [](const Map& map, const std::string& key, const std::string& id) {
        const auto it = map.find(key);
        return it != map.end() && text_of(it->second, "id") == id;
    };
    if (there != nullptr) {
        const auto id = text_of(*there, "id");
        if (!has(*roles->wanted, name, id))
            change.goes = has(early, name, id) ? When::after_disabling : When::with_own_request;
    }
    const auto* wanted = find_by_name_or_id(*roles->wanted, role, wanted_name);
    if (wanted == nullptr) return change;
    if (const auto it = early.find(wanted_name); it == early.end() || it->second != *wanted) {
        change.comes = When::after_disabling;
    } else if (there == nullptr || *there != *wanted) {
        change.comes = When::with_own_request;
    }
    return change;
}

bool is_taken_away_before(const Item& api, const Items& items) {
    return std::any_of(items.begin(), items.end(), [&](const auto& entry) {
        const Item& item = entry.second;
        if (!item.is_written() || item.observed == nullptr || item.is_made_anew()) return false;
        return std::any_of(item.attributes.begin(), item.attributes.end(),
                           [&](const auto& attribute) { return takes_away_before(attribute, item, api, items); });
    });
}

void name_roles_as_wanted(ResolvedAttribute& resolved, const Item& item, const Items& items,
                          const model::Environment& environment) {
    const auto path = resolved.attribute->path;
    const auto member = naming_member_of(path);
    auto* there = std::get_if<model::List>(&resolved.observed.held);
    if (member.empty() || there == nullptr || there->empty() || resolved.elements.empty()) return;
    std::set<Value> wanted;
    for (const auto& element : resolved.elements) wanted.insert(element.value);
    const bool is_permission = path == model::path::permissions;
    const auto rename = [&](Value& element, const std::string& role) {
        auto renamed = with_role(element, member, role);
        resolved.read_as.emplace_back(renamed, element);
        element = std::move(renamed);
    };
    for (const auto& [app_id, api] : apis_of(resolved, item, items)) {
        const std::map<std::string_view, Renamed> exposed = {
            {model::path::exposed_roles, renamed_in(model::path::exposed_roles, *api, environment)},
            {model::path::exposed_scopes, renamed_in(model::path::exposed_scopes, *api, environment)}};
        for (auto& element : *there) {
            if (!app_id.empty() && text_of(element, "api") != app_id) continue;
            const auto& roles = exposed.at(exposed_path_of(path, element));
            const auto role = text_of(element, member);
            const auto other = roles.by_name.find(role);
            const auto replaced = roles.replaced.find(role);
            if (other != roles.by_name.end() && wanted.contains(with_role(element, member, other->second))) {
                rename(element, other->second);
            } else if (replaced != roles.replaced.end() && (is_permission || wanted.contains(element))) {
                rename(element, replaced->second);
            }
        }
    }
    std::sort(there->begin(), there->end());
}

std::vector<std::string> renamed_assignments(const ResolvedAttribute& resolved) {
    const auto path = resolved.attribute->path;
    const auto member = naming_member_of(path);
    std::map<std::pair<std::string, std::string>, std::size_t> renamed;
    for (const auto& [now, read] : resolved.read_as) {
        const bool goes_on = std::any_of(resolved.elements.begin(), resolved.elements.end(),
                                         [&, &called = now](const auto& element) { return element.value == called; });
        if (goes_on) ++renamed[{text_of(read, member), text_of(now, member)}];
    }
    std::vector<std::string> texts;
    texts.reserve(renamed.size());
    for (const auto& [names, count] : renamed)
        texts.push_back(fmt::format("{}: `{}` is called `{}` then, and stays {} as it is ({})", path, names.first,
                                    names.second, path == model::path::permissions ? "asked for" : "given", count));
    return texts;
}

}  // namespace regent::plan
