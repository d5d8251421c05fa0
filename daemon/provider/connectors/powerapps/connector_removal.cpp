#include "provider/connectors/powerapps/connector_removal.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/connectors/powerapps/written_step.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace regent::provider::powerapps {
namespace {

std::string why_not_removable(const Identity& identity, const plan::Step& step,
                              const std::optional<ConnectorMark>& mark, const ConnectorFacts& facts,
                              const std::string& environment) {
    if (step.observed && step.observed->ownership != model::Ownership::ours) return "it is not ours";
    // A person replaced the definition, perhaps by another connector's; the planner knew it by name or by its
    // sign-in.
    if (!mark || connectors::is_copied(*mark, {environment, facts.display_name, facts.name})) return {};
    if (mark->owner != identity.owner + "." + identity.environment)
        return fmt::format("it became {}'s since it was observed", mark->owner);
    if (!connectors::is_of(*mark, step)) return fmt::format("it became Connector/{} since then", mark->name);
    if (!mark->prevent_delete || !step.observed) return {};
    const auto marks = step.observed->attributes.find(model::path::marks);
    const auto* list = marks == step.observed->attributes.end() ? nullptr : marks->second.as_list();
    const bool known =
        list != nullptr && std::find(list->begin(), list->end(), model::Value("preventDelete")) != list->end();
    return known ? "" : "it was protected against deletion since it was observed";
}

}  // namespace

tl::expected<StepResult, ProviderError> remove_connector(PowerAppsClient& client, const Identity& identity,
                                                         const plan::Step& step, const StepInput& input) {
    const auto environment = environment_of(step);
    const auto name = connector_name(step, input);
    const auto connector = client.get(environment, name);
    if (!connector && connector.error().kind == ErrorKind::not_found) return StepResult{};
    if (!connector) return tl::unexpected(connector.error());
    auto definition = client.definition(environment, *connector);
    if (!definition) return tl::unexpected(std::move(definition.error()));
    if (const auto why = why_not_removable(identity, step, take_mark(*definition), facts_of(*connector), environment);
        !why.empty()) {
        return tl::unexpected(error_of(ErrorKind::conflict, "RG0706", fmt::format("{} was not deleted: {}", name, why),
                                       "plan again: the next plan knows"));
    }
    auto removed = client.remove(environment, name);
    if (!removed) return tl::unexpected(std::move(removed.error()));
    return StepResult{};
}

}  // namespace regent::provider::powerapps
