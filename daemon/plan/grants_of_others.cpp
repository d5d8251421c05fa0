#include "plan/grants_of_others.hpp"

#include "model/attributes.hpp"

#include <algorithm>

namespace regent::plan {
namespace {

using model::Value;

/// Whether `value` names `item`: by reference, or by the id that it has in the tenant.
bool names(const Value* value, const Item& item, std::string_view output) {
    if (value == nullptr) return false;
    if (const auto* reference = value->as_reference()) return reference->address == item.desired->address;
    if (item.observed == nullptr) return false;
    const auto id = item.observed->outputs.find(output);
    return id != item.observed->outputs.end() && !id->second.empty() && value->text_or({}) == id->second;
}

/// Whether `declarer` declares a role for `other` in `path`, whose elements name each other's side in `member` and the
/// role in `role_member`.
bool declares(const Item& declarer, std::string_view path, std::string_view member, std::string_view output,
              const Item& other, std::string_view role_member, const std::string& role) {
    const auto it = declarer.desired->attributes.find(path);
    if (it == declarer.desired->attributes.end()) return false;
    const auto& elements = it->second.elements;
    return std::any_of(elements.begin(), elements.end(), [&](const auto& element) {
        return text_of(element.value, role_member) == role && names(element.value.find(member), other, output);
    });
}

bool is_declared_by_api(const Value& held, const Item& client, const Items& items) {
    return std::any_of(items.begin(), items.end(), [&](const auto& entry) {
        const auto& api = entry.second;
        return names(held.find("api"), api, model::output::app_id) &&
               declares(api, model::path::assigned_applications, "principal", model::output::service_principal_id,
                        client, "role", text_of(held, "name"));
    });
}

bool is_declared_by_client(const Value& given, const Item& api, const Items& items) {
    return std::any_of(items.begin(), items.end(), [&](const auto& entry) {
        const auto& client = entry.second;
        return names(given.find("principal"), client, model::output::service_principal_id) &&
               declares(client, model::path::consented_roles, "api", model::output::app_id, api, "name",
                        text_of(given, "role"));
    });
}

}  // namespace

void overlook_what_others_declare(ResolvedAttribute& resolved, const Item& item, const Items& items) {
    const auto path = resolved.attribute->path;
    const bool held = path == model::path::consented_roles, given = path == model::path::assigned_applications;
    auto* there = std::get_if<model::List>(&resolved.observed.held);
    if (there == nullptr || (!held && !given)) return;
    std::erase_if(*there, [&](const Value& element) {
        const bool is_ours = std::any_of(resolved.elements.begin(), resolved.elements.end(),
                                         [&](const auto& own) { return own.value == element; });
        return !is_ours &&
               (held ? is_declared_by_api(element, item, items) : is_declared_by_client(element, item, items));
    });
}

}  // namespace regent::plan
