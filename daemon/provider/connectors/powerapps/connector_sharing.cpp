#include "provider/connectors/powerapps/connector_sharing.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/powerapps/connector_content.hpp"
#include "provider/connectors/powerapps/written_step.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace regent::provider::powerapps {

using nlohmann::json;

namespace {

tl::expected<StepResult, ProviderError> unshare(PowerAppsClient& client, const std::string& environment,
                                                const std::string& name, const std::string& id) {
    auto permissions = client.permissions(environment, name);
    if (!permissions) return tl::unexpected(std::move(permissions.error()));
    auto gone = json::array();
    for (const auto& permission : *permissions) {
        if (shares_of(json::array({permission})).contains(id) && permission.contains("id"))
            gone.push_back({{"id", permission["id"]}});
    }
    if (gone.empty()) return StepResult{};
    auto unshared = client.modify_permissions(environment, name, {{"delete", std::move(gone)}});
    if (!unshared) return tl::unexpected(std::move(unshared.error()));
    return StepResult{};
}

}  // namespace

tl::expected<StepResult, ProviderError> write_share(PowerAppsClient& client, const plan::Step& step,
                                                    const StepInput& input) {
    const auto environment = environment_of(step);
    const auto name = connector_name(step, input);
    const auto id = step.part.substr(shares_part.size());
    const auto all = step.values.find(model::path::shares);
    const auto* value = all == step.values.end() ? nullptr : all->second.find(id);
    if (step.work == plan::Work::drop) return unshare(client, environment, name, id);
    if (value == nullptr) return tl::unexpected(bug(step, "the share's role is not known"));
    const auto member = [&](std::string_view key) {
        const auto* found = value->find(key);
        return found == nullptr ? std::string{} : found->text_or({});
    };
    json principal{{"id", id}, {"type", member("type")}};
    if (member("type") == "Tenant") principal["tenantId"] = id;
    const json permission{{"properties",
                           {{"roleName", member("role")},
                            {"principal", std::move(principal)},
                            {"capabilities", json::array()},
                            {"NotifyShareTargetOption", "Notify"}}}};
    auto shared = client.modify_permissions(environment, name, {{"put", json::array({permission})}});
    if (!shared) return tl::unexpected(std::move(shared.error()));
    return StepResult{};
}

}  // namespace regent::provider::powerapps
