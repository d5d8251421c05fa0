#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace regent::provider::graph {

/// The member `name` of `object`; null pointer when this is no object or has none. Unlike json::value() it throws for
/// nothing that a service may send.
[[nodiscard]] inline const nlohmann::json* member(const nlohmann::json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto it = object.find(name);
    return it == object.end() ? nullptr : &*it;
}

/// The text of the member `name`; empty for null, for anything else and for nothing.
[[nodiscard]] inline std::string member_text(const nlohmann::json& object, const char* name) {
    const auto* value = member(object, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

}  // namespace regent::provider::graph
