#pragma once

#include "model/ascii.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace regent::manifest {

/// The member of this name in whatever case: people write apiProperties.json, and the service tells no case of a key
/// apart. Null pointer: there is none, or `object` is none.
[[nodiscard]] inline const nlohmann::json* member_in_any_case(const nlohmann::json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (model::lower_case(it.key()) == model::lower_case(name)) return &it.value();
    }
    return nullptr;
}

}  // namespace regent::manifest
