#pragma once

#include "model/value.hpp"

#include <nlohmann/json_fwd.hpp>

namespace regent::model {

/// Power Apps appends tags of its own to the operations of a definition; which ones is written nowhere. Takes from
/// `there`, an OpenAPI document, each tag that all of its operations end with and that none has in `wanted`.
void take_appended_tags(nlohmann::json& there, const nlohmann::json& wanted);

/// The same of documents that are texts. `there` as it is when one of the two is no such text.
[[nodiscard]] Value without_appended_tags(const Value& there, const Value& wanted);

}  // namespace regent::model
