#pragma once

#include "simulator/powerapps_state.hpp"
#include "simulator/solution_variables.hpp"

#include <nlohmann/json.hpp>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {

/// A solution of one environment.
/// https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/solution
struct DataverseSolution {
    std::string id, environment, unique_name, publisher, prefix;
    bool managed = false;
};

/// Who somebody is in the Dataverse of an environment: a row of `systemuser`, whose id is another one than in Entra.
[[nodiscard]] std::string system_user_of(const std::string& environment, const std::string& object_id);

/// Everything the Dataverse databases of the environments remember of connectors, and how it reaches Power Apps.
class DataverseState {
public:
    using Json = nlohmann::json;

    explicit DataverseState(PowerAppsState& power_apps);

    /// Carries rows that are due over to Power Apps. Called before anything is answered.
    void sync();

    [[nodiscard]] const Json* find(const std::string& environment, const std::string& id) const;
    /// The rows of an environment, by id.
    [[nodiscard]] std::vector<Json> rows(const std::string& environment) const;
    [[nodiscard]] const DataverseSolution* solution(const std::string& environment, const std::string& name) const;
    [[nodiscard]] const std::vector<DataverseSolution>& solutions() const { return solutions_; }
    /// What saving `row` would be told by Power Apps; nothing when it takes it.
    [[nodiscard]] std::optional<PowerAppsError> refused_by_power_apps(const Json& row, const Caller& caller);
    /// Stores a row as a save does: a new version, a new time, and a time at which Power Apps will know.
    void save(Json row, const Caller& caller);
    void erase(const std::string& environment, const std::string& id);
    /// The row as an answer shows it.
    [[nodiscard]] Json shown(const Json& row) const;
    /// Counts a request of `caller`; the seconds to wait when there were too many.
    [[nodiscard]] int throttled(const std::string& caller);

    [[nodiscard]] Json dump() const;
    void seed(const Json& state);
    /// Without rules: `{"patch": …}`, `{"delete": true}`, `{"put": …}`.
    bool change(const std::string& environment, const std::string& id, const Json& body);

    PowerAppsState& power_apps;

private:
    [[nodiscard]] static std::string key(const std::string& environment, const std::string& id);
    void carry_over(Json& row);
    void put(Json row);
    void seed_variables(const Json& state);

    IdSource ids_{0x4456};
    std::map<std::string, Json> rows_;  ///< by environment and id in lower case
    std::vector<DataverseSolution> solutions_;
    std::vector<SolutionVariable> variables_;
    std::map<std::string, std::deque<Time>> requests_;  ///< of the last five minutes, by caller
    long long version_ = 1'000'000;
};

}  // namespace regent::simulator
