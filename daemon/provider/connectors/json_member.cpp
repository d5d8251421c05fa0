#include "provider/connectors/json_member.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace regent::provider::connectors {

using nlohmann::json;

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

const json* member(const json* object, std::string_view name) {
    if (object == nullptr || !object->is_object()) return nullptr;
    for (auto it = object->begin(); it != object->end(); ++it) {
        if (same_word(it.key(), name)) return &it.value();
    }
    return nullptr;
}

json* member(json& object, std::string_view name) {
    return const_cast<json*>(member(&std::as_const(object), name));
}

std::string text(const json* value) {
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

std::string lower(std::string value) {
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value;
}

}  // namespace regent::provider::connectors
