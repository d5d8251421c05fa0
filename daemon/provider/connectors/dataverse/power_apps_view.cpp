#include "provider/connectors/dataverse/power_apps_view.hpp"

#include "provider/connectors/powerapps/connector_json.hpp"

#include <nlohmann/json.hpp>

namespace regent::provider::dataverse {

tl::expected<PowerAppsView, ProviderError> look_at_power_apps(powerapps::PowerAppsClient& client,
                                                              const std::string& environment, const ConnectorRow& row) {
    PowerAppsView view;
    if (row.internal_id.empty()) return view;
    auto connector = client.get(environment, row.internal_id);
    if (!connector && connector.error().kind == ErrorKind::not_found) return view;
    if (!connector) return tl::unexpected(std::move(connector.error()));
    auto definition = client.definition(environment, *connector);
    if (!definition && definition.error().kind == ErrorKind::not_found) return view;
    if (!definition) return tl::unexpected(std::move(definition.error()));
    view.there = true;
    powerapps::read_outputs(view.outputs, *connector);
    view.service_url = powerapps::facts_of(*connector).service_url;
    view.differs = not_taken_over(row, *connector, std::move(*definition));
    return view;
}

}  // namespace regent::provider::dataverse
