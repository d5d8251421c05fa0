#include "simulator/graph_metadata.hpp"

#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

bool is_primitive(std::string_view type) {
    return type == "String" || type == "Boolean" || type == "Guid" || type == "DateTimeOffset" || type == "Int32" ||
           type == "Int64" || type == "Binary" || type == "Stream" || type == "Date" || type == "Double";
}

bool has_type(const json& value, std::string_view type) {
    if (type == "Boolean") return value.is_boolean();
    if (type == "Int32" || type == "Int64") return value.is_number_integer();
    if (type == "Double") return value.is_number();
    if (type == "Guid") return value.is_string() && is_guid(value.get<std::string>());
    if (type == "DateTimeOffset") return value.is_string() && parse_time(value.get<std::string>()).has_value();
    return value.is_string();
}

std::string resource_name(std::string_view type) {
    std::string name(type);
    if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    return name;
}

std::string invalid(const Property& property) {
    return fmt::format("Invalid value specified for property '{}' of resource '{}'.", property.name,
                       resource_name(property.type));
}

std::optional<std::string> check_value(const Property& property, const json& value) {
    if (!is_primitive(property.value)) {
        if (!value.is_object()) return invalid(property);
        return check_against_metadata(property.value, value);
    }
    if (!has_type(value, property.value)) return invalid(property);
    return std::nullopt;
}

}  // namespace

const Property* find_property(std::string_view type, std::string_view name) {
    const auto all = graph_properties();
    const auto it =
        std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.type == type && p.name == name; });
    return it == all.end() ? nullptr : &*it;
}

std::optional<std::string> check_against_metadata(std::string_view type, const json& body) {
    for (const auto& [name, value] : body.items()) {
        if (name.find('@') != std::string::npos) continue;
        const auto* property = find_property(type, name);
        if (property == nullptr) {
            return fmt::format("Property {} does not exist as a declared property or extension property.", name);
        }
        if (value.is_null()) {
            if (!property->nullable || property->collection) return invalid(*property);
            continue;
        }
        if (property->collection) {
            if (!value.is_array()) return invalid(*property);
            for (const auto& element : value) {
                if (auto wrong = check_value(*property, element)) return wrong;
            }
            continue;
        }
        if (auto wrong = check_value(*property, value)) return wrong;
    }
    return std::nullopt;
}

}  // namespace regent::simulator
