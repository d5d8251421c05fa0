#include "plan/own_apis.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"

#include <array>
#include <string>

namespace regent::plan {
namespace {

namespace path = model::path;

constexpr std::array paths_with_apis = {path::permissions, path::consented_scopes, path::consented_roles};

using AddressByAppId = std::map<std::string, model::Address>;

AddressByAppId own_app_ids(const DesiredGraph& desired, const model::Snapshot& observed) {
    AddressByAppId own;
    for (const auto& [address, resource] : observed.resources) {
        const auto app_id = resource.outputs.find(model::output::app_id);
        if (!resource.deleted && app_id != resource.outputs.end() && desired.resources.contains(address))
            own.emplace(model::lower_case(app_id->second), address);
    }
    return own;
}

const model::Address* own_api(const model::Element& element, const AddressByAppId& own) {
    const auto* api = element.value.find("api");
    const auto* app_id = api == nullptr ? nullptr : api->as_string();
    const auto it = app_id == nullptr ? own.end() : own.find(model::lower_case(*app_id));
    return it == own.end() ? nullptr : &it->second;
}

/// Calls `visit` for every element that names an API.
template <typename Resources, typename Visit>
void for_each_permission(Resources& resources, Visit visit) {
    for (auto& [address, resource] : resources) {
        for (const auto attribute : paths_with_apis) {
            const auto it = resource.attributes.find(attribute);
            if (it == resource.attributes.end()) continue;
            for (auto& element : it->second.elements) visit(element);
        }
    }
}

}  // namespace

std::optional<DesiredGraph> with_references_to_own_apis(const DesiredGraph& desired, const model::Snapshot& observed) {
    const auto own = own_app_ids(desired, observed);
    bool named = false;
    for_each_permission(desired.resources, [&](const auto& element) { named = named || own_api(element, own); });
    if (!named) return std::nullopt;
    auto linked = desired;
    for_each_permission(linked.resources, [&](auto& element) {
        const auto* address = own_api(element, own);
        if (address == nullptr) return;
        auto permission = *element.value.as_map();
        permission.insert_or_assign("api", model::Reference{*address, std::string(model::output::app_id), {}, {}});
        element.value = std::move(permission);
    });
    return linked;
}

}  // namespace regent::plan
