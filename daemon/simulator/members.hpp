#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace regent::simulator {

/// A member that is a string; "" when it is missing, null or something else.
[[nodiscard]] inline std::string text(const nlohmann::json& object, const char* member) {
    if (!object.is_object()) return {};
    const auto it = object.find(member);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

/// A member that is an array; an empty one when it is missing, null or something else.
[[nodiscard]] inline const nlohmann::json& list(const nlohmann::json& object, const char* member) {
    static const auto none = nlohmann::json::array();
    if (!object.is_object()) return none;
    const auto it = object.find(member);
    return it != object.end() && it->is_array() ? *it : none;
}

}  // namespace regent::simulator
