#include "plan/exposed_permissions.hpp"

#include "model/attributes.hpp"
#include "plan/permission_ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

namespace regent::plan {
namespace {

using model::Map;
using model::Value;

constexpr std::array exposed_paths = {model::path::exposed_scopes, model::path::exposed_roles};

const Value* observed_element(const Item& item, std::string_view path, const std::string& name) {
    if (item.observed == nullptr || item.is_made_anew()) return nullptr;
    const auto it = item.observed->attributes.find(path);
    return it == item.observed->attributes.end() ? nullptr : it->second.find(name);
}

/// Whether a manifest pins `id` for something else than `name`: a pin wins over what is there.
bool is_pinned_for_another(const Item& item, const std::string& id, const std::string& name) {
    for (const auto path : exposed_paths) {
        const auto it = item.desired->attributes.find(path);
        if (it == item.desired->attributes.end()) continue;
        for (const auto& element : it->second.elements) {
            if (element.name != name && text_of(element.value, "id") == id) return true;
        }
    }
    return false;
}

/// The id that somebody has already chosen for `name`: a manifest, or whoever made the one that is there.
std::string chosen_id(const Item& item, std::string_view path, const std::string& name) {
    if (const auto it = item.desired->attributes.find(path); it != item.desired->attributes.end()) {
        for (const auto& element : it->second.elements) {
            if (element.name != name) continue;
            if (auto id = text_of(element.value, "id"); !id.empty()) return id;
        }
    }
    const auto* there = observed_element(item, path, name);
    auto id = there == nullptr ? std::string{} : text_of(*there, "id");
    return is_pinned_for_another(item, id, name) ? std::string{} : id;
}

std::string_view other_path(std::string_view path) {
    return path == model::path::exposed_scopes ? model::path::exposed_roles : model::path::exposed_scopes;
}

void identify(ResolvedAttribute& attribute, const Item& item, const model::Environment& environment) {
    for (auto& element : attribute.elements) {
        const auto* map = element.value.as_map();
        if (map == nullptr || map->contains("id")) continue;
        auto identified = *map;
        identified.emplace("id", id_of_exposed(item, environment, attribute.attribute->path, element.element->name));
        element.value = std::move(identified);
    }
}

bool is_for_applications(const Value& role) {
    const auto* allowed = role.find("allowed");
    const auto* list = allowed == nullptr ? nullptr : allowed->as_list();
    return list != nullptr && std::find(list->begin(), list->end(), Value("application")) != list->end();
}

/// What `api` will hold under `name` after this plan, or holds, where the plan does not touch it.
const Value* exposed_element(const Item& api, std::string_view path, const std::string& name) {
    if (api.is_written()) {
        for (const auto& attribute : api.attributes) {
            if (attribute.attribute->path != path) continue;
            for (const auto& element : attribute.elements) {
                if (element.element->name == name) return &element.value;
            }
            if (attribute.desired->exclusive && !leaves_alone(attribute, name)) return nullptr;
        }
    }
    return observed_element(api, path, name);
}

// ---- disable first

bool is_enabled(const Value& element) {
    const auto* enabled = element.find("enabled");
    return enabled != nullptr && enabled->as_bool() != nullptr && *enabled->as_bool();
}

Map disabled(const Value& element) {
    auto map = *element.as_map();
    map.insert_or_assign("enabled", false);
    return map;
}

/// Alike in all but whether they are enabled; nothing and an empty text are the same.
bool same_but_enabled(const Value& a, const Value& b) {
    const auto given = [](const Value& value) {
        Map map;
        if (value.as_map() == nullptr) return map;
        for (const auto& [name, member] : *value.as_map()) {
            if (name != "enabled" && !member.is_null() && member != Value("")) map.emplace(name, member);
        }
        return map;
    };
    return given(a) == given(b);
}

/// Scopes and roles share one space of names and ids.
class Taken {
public:
    void add(const std::string& path, const std::string& name, const Value& element) {
        holders_.insert({path, name});
        names_.insert(name);
        ids_.insert(text_of(element, "id"));
    }
    /// Whether something else that stays for now has this name or id.
    [[nodiscard]] bool collides(const std::string& name, const Value& element) const {
        return names_.contains(name) || ids_.contains(text_of(element, "id"));
    }
    [[nodiscard]] bool holds(const std::string& path, const std::string& name) const {
        return holders_.contains({path, name});
    }
    [[nodiscard]] bool has_id(const Value& element) const { return ids_.contains(text_of(element, "id")); }

private:
    std::set<std::pair<std::string, std::string>> holders_;
    std::set<std::string> names_, ids_;
};

Taken find_disabled(const std::vector<ExposedAttribute>& attributes) {
    Taken taken;
    for (const auto& [path, observed, wanted] : attributes) {
        for (const auto& [name, there] : *observed) {
            const auto it = wanted->find(name);
            if (is_enabled(there) && (it == wanted->end() || !same_but_enabled(there, it->second)))
                taken.add(path, name, there);
        }
    }
    // A scope and a role that are one permission are enabled together, and so disabled together.
    for (const auto& [path, observed, wanted] : attributes) {
        for (const auto& [name, there] : *observed) {
            if (is_enabled(there) && taken.has_id(there)) taken.add(path, name, there);
        }
    }
    return taken;
}

/// Of what is disabled: what goes, and what cannot be as it is wanted while that is there.
Taken find_going(const std::vector<ExposedAttribute>& attributes, const Taken& disabled) {
    Taken going;
    const auto collect = [&](const auto& goes) {
        bool found = false;
        for (const auto& [path, observed, wanted] : attributes) {
            for (const auto& [name, there] : *observed) {
                if (!disabled.holds(path, name) || going.holds(path, name)) continue;
                const auto it = wanted->find(name);
                if (!goes(name, there, it == wanted->end() ? nullptr : &it->second)) continue;
                going.add(path, name, there);
                found = true;
            }
        }
        return found;
    };
    collect([](const auto&, const auto&, const Value* wanted) { return wanted == nullptr; });
    while (collect([&](const auto& name, const auto& there, const Value* wanted) {
        return going.has_id(there) || going.collides(name, *wanted);
    })) {
    }
    return going;
}

/// `taken`, and what has to stay as it is beside that, since its new name or id is not free: its old ones are not free
/// then either.
Taken with_kept(const std::vector<ExposedAttribute>& attributes, Taken taken) {
    for (bool found = true; found;) {
        found = false;
        for (const auto& [path, observed, wanted] : attributes) {
            for (const auto& [name, there] : *observed) {
                const auto it = wanted->find(name);
                if (it == wanted->end() || it->second == there || taken.holds(path, name)) continue;
                if (!taken.collides(name, it->second)) continue;
                taken.add(path, name, there);
                found = true;
            }
        }
    }
    return taken;
}

/// `stays`: with_kept() of `taken`.
Map first_of(const ExposedAttribute& attribute, const Taken& taken, const Taken& stays) {
    Map first;
    for (const auto& [name, there] : *attribute.observed) {
        const auto it = attribute.wanted->find(name);
        if (taken.holds(attribute.path, name)) {
            first.emplace(name, disabled(there));
        } else if (it != attribute.wanted->end()) {
            first.emplace(name, stays.holds(attribute.path, name) ? there : it->second);
        }
    }
    for (const auto& [name, wanted] : *attribute.wanted) {
        if (!attribute.observed->contains(name) && !stays.collides(name, wanted)) first.emplace(name, wanted);
    }
    return first;
}

}  // namespace

std::string id_of_exposed(const Item& item, const model::Environment& environment, std::string_view path,
                          const std::string& name) {
    auto id = chosen_id(item, path, name);
    if (id.empty()) id = chosen_id(item, other_path(path), name);
    return id.empty() ? derived_permission_id(environment, item.desired->address, name) : id;
}

void identify_exposed(Item& item, const model::Environment& environment) {
    for (auto* attributes : {&item.attributes, &item.ignored}) {
        for (auto& attribute : *attributes) {
            if (attribute.attribute->exposed) identify(attribute, item, environment);
        }
    }
}

std::optional<std::string> exposed_permission_id(const Item& api, std::string_view type, const std::string& name) {
    const bool is_role = type == "application";
    const auto* element =
        exposed_element(api, is_role ? model::path::exposed_roles : model::path::exposed_scopes, name);
    if (element == nullptr) return std::nullopt;
    auto id = text_of(*element, "id");
    return id.empty() ? std::nullopt : std::optional(std::move(id));
}

namespace {

/// An application may ask for a role that is for users and groups only, and is never given it.
bool can_be_held(const Item& api, const std::string& role) {
    const auto* element = exposed_element(api, model::path::exposed_roles, role);
    return element != nullptr && is_for_applications(*element);
}

}  // namespace

model::List permission_ids(const Item& item, const Items& items, std::string_view path) {
    model::List ids;
    const auto permissions = item.desired->attributes.find(path);
    if (permissions == item.desired->attributes.end()) return ids;
    for (const auto& element : permissions->second.elements) {
        const auto* api = element.value.find("api");
        const auto* reference = api == nullptr ? nullptr : api->as_reference();
        const auto target = reference == nullptr ? items.end() : items.find(reference->address);
        if (target == items.end()) continue;
        const auto type = text_of(element.value, "type"), name = text_of(element.value, "name");
        auto id = exposed_permission_id(target->second, type, name);
        if (!id || (path == model::path::consented_roles && !can_be_held(target->second, name))) continue;
        ids.emplace_back(Map{{"api", looked_up(*api, items)}, {"type", type}, {"name", name}, {"id", std::move(*id)}});
    }
    return ids;
}

model::List own_role_ids(const Item& item, const ResolvedAttribute& assigned) {
    std::map<std::string, std::string> by_name;
    for (const auto& element : assigned.elements) {
        const auto name = text_of(element.value, "role");
        const auto* role = exposed_element(item, model::path::exposed_roles, name);
        if (role != nullptr) by_name.emplace(name, text_of(*role, "id"));
    }
    model::List ids;
    for (const auto& [name, id] : by_name)
        if (!id.empty()) ids.emplace_back(Map{{"name", name}, {"id", id}});
    return ids;
}

DisableFirst disable_first(const std::vector<ExposedAttribute>& attributes) {
    DisableFirst result;
    const auto taken = find_disabled(attributes);
    const auto going = find_going(attributes, taken);
    for (const auto& [path, observed, wanted] : attributes) {
        for (const auto& [name, there] : *observed) {
            if (!taken.holds(path, name)) continue;
            auto text = fmt::format("{} \"{}\"", path == model::path::exposed_roles ? "role" : "scope", name);
            result.then.push_back(fmt::format("{} {}", wanted->contains(name) ? "changes" : "removes", text));
            (going.holds(path, name) ? result.then_last : result.then_meanwhile).push_back(result.then.back());
            result.disabled.push_back(std::move(text));
        }
    }
    if (result.disabled.empty()) return result;
    const auto first_stays = with_kept(attributes, taken), then_stays = with_kept(attributes, going);
    for (const auto& attribute : attributes) {
        auto first = first_of(attribute, taken, first_stays);
        auto meanwhile = first_of(attribute, going, then_stays);
        if (meanwhile != first && !result.then_last.empty())
            result.meanwhile.emplace(attribute.path, std::move(meanwhile));
        if (first != *attribute.wanted) result.first.emplace(attribute.path, std::move(first));
    }
    return result;
}

model::List clients_of(const model::List& clients, const Map& scopes) {
    model::List there;
    std::copy_if(clients.begin(), clients.end(), std::back_inserter(there),
                 [&](const auto& client) { return scopes.contains(text_of(client, "scope")); });
    return there;
}

std::string lost_clients(const Item& item, const std::string& scope) {
    if (item.observed == nullptr || item.desired->attributes.contains(model::path::pre_authorized)) return {};
    const auto it = item.observed->attributes.find(model::path::pre_authorized);
    const auto* list = it == item.observed->attributes.end() ? nullptr : it->second.as_list();
    if (list == nullptr) return {};
    const auto count =
        std::count_if(list->begin(), list->end(), [&](const auto& entry) { return text_of(entry, "scope") == scope; });
    return count == 0   ? std::string{}
           : count == 1 ? "a pre-authorized client loses it"
                        : fmt::format("{} pre-authorized clients lose it", count);
}

}  // namespace regent::plan
