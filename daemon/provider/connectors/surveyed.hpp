#pragma once

#include "model/snapshot.hpp"
#include "model/survey.hpp"
#include "provider/connectors/connector_mark.hpp"
#include "provider/provider.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace regent::provider::connectors {

/// Whose a connector is that no manifest asked for: what its mark says, and nothing more.
[[nodiscard]] inline model::Ownership ownership_by(const std::optional<ConnectorMark>& mark, const Identity& identity) {
    if (!mark) return model::Ownership::unclaimed;
    return mark->owner == identity.owner + "." + identity.environment ? model::Ownership::ours
                                                                      : model::Ownership::foreign;
}

/// Keeps of `found` what `selection` asks for. `is_called(found, name)`: whether one bears a name; the names that none
/// bears are added to `missing`.
template <typename Found, typename IsCalled>
void keep_chosen(const model::ConnectorSelection& selection, std::vector<Found>& found, const IsCalled& is_called,
                 std::vector<std::string>& missing) {
    for (const auto& name : selection.names) {
        if (std::none_of(found.begin(), found.end(), [&](const auto& one) { return is_called(one, name); }))
            missing.push_back(name);
    }
    if (selection.all) return;
    std::erase_if(found, [&](const auto& one) {
        return std::none_of(selection.names.begin(), selection.names.end(),
                            [&](const auto& name) { return is_called(one, name); });
    });
}

}  // namespace regent::provider::connectors
