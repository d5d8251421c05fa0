#include "simulator/powerapps_member.hpp"

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

namespace regent::simulator {

using nlohmann::json;

const json* member_of(const json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (same_text(it.key(), name)) return &it.value();
    }
    return nullptr;
}

json* member_of(json& object, std::string_view name) {
    return const_cast<json*>(member_of(std::as_const(object), name));
}

std::string text_of(const json& object, std::string_view name) {
    const auto* member = member_of(object, name);
    return member != nullptr && member->is_string() ? member->get<std::string>() : std::string{};
}

std::string parameter_of(const json& parameters, std::string_view name) {
    const auto* parameter = member_of(parameters, name);
    return parameter == nullptr ? std::string{} : text_of(*parameter, "value");
}

void erase_member(json& object, std::string_view name) {
    if (!object.is_object()) return;
    for (auto it = object.begin(); it != object.end();) {
        it = same_text(it.key(), name) ? object.erase(it) : std::next(it);
    }
}

}  // namespace regent::simulator
