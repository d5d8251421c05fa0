#include "simulator/powerapps_environments.hpp"

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

namespace regent::simulator {

using nlohmann::json;

Environments::Environments(std::string tenant_id) : default_id_("Default-" + std::move(tenant_id)) {
    add(default_id_, "Contoso (default)");
    add("0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e", "sales", "sales");
    add("5f5f5f5f-6a6a-7b7b-8c8c-9d9d9d9d9d9d", "sales-prod", "sales-prod");
    register_application("22222222-2222-2222-2222-222222222222");
}

std::optional<std::string> Environments::find(const std::string& id) const {
    if (same_text(id, "~Default")) return default_id_;
    const auto it = environments_.find(lower(id));
    return it == environments_.end() ? std::nullopt : std::optional(it->second.id);
}

void Environments::add(const std::string& id, const std::string& display_name, const std::string& organization) {
    environments_.insert_or_assign(lower(id), Environment{id, display_name.empty() ? id : display_name, organization});
}

std::string Environments::organization_of(const std::string& id) const {
    const auto it = environments_.find(lower(id));
    return it == environments_.end() ? std::string{} : it->second.organization;
}

std::optional<std::string> Environments::with_organization(const std::string& organization) const {
    for (const auto& [key, environment] : environments_) {
        if (!organization.empty() && same_text(environment.organization, organization)) return environment.id;
    }
    return std::nullopt;
}

bool Environments::remove(const std::string& id) {
    return environments_.erase(lower(id)) > 0;
}

void Environments::register_application(const std::string& client_id) {
    applications_.insert(lower(client_id));
}
bool Environments::unregister_application(const std::string& client_id) {
    return applications_.erase(lower(client_id)) > 0;
}
bool Environments::is_registered(const std::string& client_id) const {
    return applications_.contains(lower(client_id));
}

std::vector<std::string> Environments::ids() const {
    std::vector<std::string> ids;
    ids.reserve(environments_.size());
    for (const auto& [key, environment] : environments_) ids.push_back(environment.id);
    return ids;
}

json Environments::shown(const std::string& id, const std::string& base_url) const {
    const auto& environment = environments_.at(lower(id));
    json entry{{"id", "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/" + environment.id},
               {"type", "Microsoft.BusinessAppPlatform/scopes/environments"},
               {"location", "europe"},
               {"name", environment.id},
               {"properties",
                {{"displayName", environment.display_name},
                 {"azureRegion", "westeurope"},
                 {"environmentSku", environment.id == default_id_ ? "Default" : "Production"},
                 {"isDefault", environment.id == default_id_},
                 {"provisioningState", "Succeeded"},
                 {"states", {{"management", {{"id", "Ready"}}}}}}}};
    if (environment.organization.empty()) return entry;
    entry["properties"]["linkedEnvironmentMetadata"] = {
        {"type", "Dynamics365Instance"},
        {"domainName", environment.organization},
        {"instanceUrl", base_url + "/dataverse/" + environment.organization + "/"},
        {"instanceState", "Ready"}};
    return entry;
}

json Environments::dump() const {
    auto list = json::array();
    for (const auto& [key, environment] : environments_) {
        list.push_back({{"name", environment.id},
                        {"displayName", environment.display_name},
                        {"organization", environment.organization}});
    }
    return list;
}

}  // namespace regent::simulator
