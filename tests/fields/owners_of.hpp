#pragma once

#include "fields/field_stage.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace regent::fields::testing {

inline const std::string anna = "2f1b7c3e-0000-4444-8888-0123456789ab";
inline const std::string ben = "3f1b7c3e-0000-4444-8888-0123456789ab";

/// Owners are people of the tenant.
inline void people(FieldStage& stage) {
    using nlohmann::json;
    const json users{{{"id", anna}, {"displayName", "Anna"}}, {{"id", ben}, {"displayName", "Ben"}}};
    stage.tenant().simulator().control("POST", "state", json{{"graph", {{"users", users}}}}.dump());
}

/// Of an application, or of a service principal.
inline std::vector<std::string> owners_of(const nlohmann::json& object) {
    return object.at("owners").get<std::vector<std::string>>();
}

inline bool has_owner(const nlohmann::json& object, const std::string& id) {
    const auto all = owners_of(object);
    return std::find(all.begin(), all.end(), id) != all.end();
}

}  // namespace regent::fields::testing
