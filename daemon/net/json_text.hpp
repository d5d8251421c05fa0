#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace regent::net {

/// The text that `object` holds under `name`; empty when it is no object, or holds none there.
[[nodiscard]] inline std::string text_of(const nlohmann::json& object, const char* name) {
    if (!object.is_object()) return {};
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace regent::net
