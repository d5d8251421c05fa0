#include "plan/unwanted_connectors.hpp"

#include "model/attributes.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {
namespace {

using Remembered = model::Scope::Remembered;

bool is_looked_for(const Remembered& connector, const model::Scope& scope) {
    const auto holds = [](const std::vector<std::string>& ids, const std::string& id) {
        return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    if (connector.backend == model::backend::logicapps) return holds(scope.resource_groups, connector.resource_group);
    if (connector.backend == model::backend::environment)
        return holds(scope.power_platform_environments, connector.pp_environment);
    return std::any_of(scope.dataverses.begin(), scope.dataverses.end(),
                       [&](const auto& dataverse) { return dataverse.environment == connector.pp_environment; });
}

bool is_wanted(const Remembered& connector, const model::Scope& scope) {
    return std::any_of(scope.wanted.begin(), scope.wanted.end(), [&](const auto& wanted) {
        return wanted.address == connector.address && wanted.backend == connector.backend &&
               wanted.pp_environment == connector.pp_environment && wanted.resource_group == connector.resource_group;
    });
}

std::vector<Remembered> unwanted_in(const History& history, const model::Scope& scope) {
    std::vector<Remembered> unwanted;
    for (const auto& [address, id] : history.remote_ids) {
        const auto values = history.last_applied.find(address);
        if (address.kind != model::kind::connector || id.empty() || values == history.last_applied.end()) continue;
        Remembered connector{address, id, text_of(values->second, model::path::backend),
                             text_of(values->second, model::path::environment),
                             text_of(values->second, model::path::resource_group)};
        if (connector.backend.empty()) connector.backend = model::backend::environment;
        if (is_looked_for(connector, scope) && !is_wanted(connector, scope)) unwanted.push_back(std::move(connector));
    }
    return unwanted;
}

bool is_there(const model::Address& address, const model::Snapshot& observed) {
    return observed.resources.contains(address) ||
           std::any_of(observed.orphans.begin(), observed.orphans.end(),
                       [&](const auto& orphan) { return orphan.address == address; });
}

}  // namespace

void ask_for_unwanted_connectors(const History& history, model::Scope& scope) {
    scope.unwanted = unwanted_in(history, scope);
}

void tell_gone_connectors(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                          Plan& plan) {
    for (const auto& connector : unwanted_in(history, scope_of(desired, {}))) {
        if (!desired.resources.contains(connector.address) && !is_there(connector.address, observed))
            plan.gone.insert(connector.address);
    }
}

}  // namespace regent::plan
