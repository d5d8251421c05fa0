#pragma once

#include "simulator/dataverse_answer.hpp"
#include "simulator/powerapps_switches.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace regent::simulator {

/// A row of the table `connector` as the simulator keeps it: the columns, and beside them what no answer shows:
/// `_environment`, `_secrets` (SHA-256 by OAuth block), `_internalIdAt`, `_syncAt`, `_solutions` (unique names).
///
/// What a write may say. Columns, types and limits are those of
/// https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/connector
namespace dataverse_row {

/// Checks the columns of a POST or PATCH against the table; `stored` is null for a POST.
[[nodiscard]] std::optional<DataverseError> check(const nlohmann::json& body, const nlohmann::json* stored);
/// Lays what was sent over `row`, and takes secrets out of its parameters as the switch says.
void take(nlohmann::json& row, const nlohmann::json& body, const PowerAppsSwitches& switches);
/// What a column that was never written reads.
[[nodiscard]] nlohmann::json fresh(const std::string& id);
[[nodiscard]] bool is_column(std::string_view name);

/// The properties that Power Apps is given of a row. Texts in JSON columns are JSON by now.
[[nodiscard]] nlohmann::json properties_of(const nlohmann::json& row);
/// The name that Power Apps gives a row's connector; the last part comes of the environment.
[[nodiscard]] std::string internal_id_of(const nlohmann::json& row);

}  // namespace dataverse_row
}  // namespace regent::simulator
