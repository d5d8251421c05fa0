#pragma once

#include "simulator/arm_answer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace regent::simulator {

/// Tags of resources: what may be one, and `Microsoft.Resources/tags/default`, which changes those of any resource and
/// nothing else of it.

/// https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
[[nodiscard]] std::optional<ArmError> check_arm_tags(const nlohmann::json& tags);

/// `tags` with `added` over them. Names are compared without case, and a name keeps the spelling that it has.
[[nodiscard]] nlohmann::json merged_arm_tags(nlohmann::json tags, const nlohmann::json& added);

/// What a PATCH of `{"operation", "properties": {"tags"}}` makes of `tags`.
/// https://learn.microsoft.com/rest/api/resources/tags/update-at-scope
[[nodiscard]] std::optional<ArmError> update_arm_tags(nlohmann::json& tags, const nlohmann::json& body);

/// The answer of reading and changing them.
[[nodiscard]] nlohmann::json shown_arm_tags(const std::string& scope, const nlohmann::json& tags);

}  // namespace regent::simulator
