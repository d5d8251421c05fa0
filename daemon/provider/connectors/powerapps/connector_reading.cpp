#include "provider/connectors/powerapps/connector_reading.hpp"

#include "provider/connectors/powerapps/connector_definition.hpp"
#include "provider/connectors/service_url.hpp"

#include <nlohmann/json.hpp>

#include <memory>

namespace regent::provider::powerapps {

FoundConnector found_in(const std::string& environment, nlohmann::json connector) {
    FoundConnector found;
    found.facts = facts_of(connector);
    // As it was asked for: the service spells ids in its own way, and an environment never changes.
    found.facts.environment = environment;
    found.connector = std::make_shared<nlohmann::json>(std::move(connector));
    return found;
}

namespace {

/// Who saves a connector can replace its secret or lose it, and no read shows which. The machine's secrets are handed
/// over again as if they had never been.
void doubt_secret(ConnectorMark& mark, const ConnectorFacts& facts) {
    const bool has_secret = !mark.secret_key_id.empty() || !mark.secret_from.empty();
    if (!has_secret || mark.saved_by.empty() || facts.saved_by.empty() || facts.saved_by == mark.saved_by) return;
    mark.secret_in_doubt = true;
    mark.secret_from.clear();
}

}  // namespace

tl::expected<void, ProviderError> read_definition(PowerAppsClient& client, FoundConnector& found, ReadPart& part) {
    auto definition = client.definition(found.facts.environment, *found.connector);
    if (!definition) return tl::unexpected(std::move(definition.error()));
    found.mark = take_mark(*definition);
    if (found.mark) doubt_secret(*found.mark, found.facts);
    undo_service_changes(*definition, found.facts.name, found.facts.service_url);
    connectors::tell_service_url(*definition, found.facts.service_url);
    found.definition = definition->is_null() ? std::string{} : definition->dump();
    part.came(1);
    return {};
}

}  // namespace regent::provider::powerapps
