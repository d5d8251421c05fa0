#include "simulator/arm_switches.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace regent::simulator {
namespace {

using nlohmann::json;

std::string one_of(const std::string& name, const json& value, const std::vector<std::string>& choices) {
    auto given = value.get<std::string>();
    if (std::find(choices.begin(), choices.end(), given) == choices.end())
        throw std::invalid_argument(fmt::format("{}: `{}` is none of {}", name, given, fmt::join(choices, ", ")));
    return given;
}

long number_for(const std::string& name, const json& value, long low) {
    const auto given = value.get<long>();
    if (given < low) throw std::invalid_argument(fmt::format("{}: {} is less than {}", name, given, low));
    return given;
}

}  // namespace

void ArmSwitches::set(const json& values, ArmBudget& budget) {
    for (const auto& [name, value] : values.items()) {
        if (name == "putWithoutSecret") {
            put_without_secret = one_of(name, value, {"drop", "keep", "refuse"});
        } else if (name == "patchOfTags") {
            patch_of_tags = one_of(name, value, {"replace", "merge"});
        } else if (name == "definitionOnRead") {
            definition_on_read = one_of(name, value, {"url", "inline", "both"});
        } else if (name == "unknownProperties") {
            unknown_properties = one_of(name, value, {"drop", "refuse"});
        } else if (name == "systemData") {
            system_data = one_of(name, value, {"none", "objectId", "appId"});
        } else if (name == "withoutClientId") {
            without_client_id = one_of(name, value, {"refuse", "take"});
        } else if (name == "replicaLagSeconds") {
            replica_lag_seconds = number_for(name, value, 0);
        } else if (name == "listLagSeconds") {
            list_lag_seconds = number_for(name, value, 0);
        } else if (name == "pageSize") {
            page_size = number_for(name, value, 1);
        } else if (name == "denied") {
            denied = value.get<std::set<std::string>>();
        } else if (name == "readBucket") {
            budget.reads.size = static_cast<double>(number_for(name, value, 0));
        } else if (name == "writeBucket") {
            budget.writes.size = static_cast<double>(number_for(name, value, 0));
        } else {
            throw std::invalid_argument("arm has no switch " + name);
        }
    }
}

json ArmSwitches::get(const ArmBudget& budget) const {
    return {{"putWithoutSecret", put_without_secret},
            {"patchOfTags", patch_of_tags},
            {"definitionOnRead", definition_on_read},
            {"unknownProperties", unknown_properties},
            {"systemData", system_data},
            {"withoutClientId", without_client_id},
            {"replicaLagSeconds", replica_lag_seconds},
            {"listLagSeconds", list_lag_seconds},
            {"pageSize", page_size},
            {"denied", denied},
            {"readBucket", budget.reads.size},
            {"writeBucket", budget.writes.size}};
}

}  // namespace regent::simulator
