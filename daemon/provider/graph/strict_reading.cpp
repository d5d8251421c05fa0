#include "provider/graph/strict_reading.hpp"

#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

namespace regent::provider::graph {

using nlohmann::json;

const json* StrictReading::object(const json* parent, const char* name) {
    const auto* value = find(parent, name);
    if (value == nullptr || value->is_null()) return nullptr;
    return value->is_object() ? value : wrong(name, "no object");
}

const json* StrictReading::array(const json* parent, const char* name) {
    const auto* value = find(parent, name);
    if (value == nullptr || value->is_null()) return nullptr;
    return value->is_array() ? value : wrong(name, "no list");
}

std::string StrictReading::text(const json* parent, const char* name) {
    const auto* value = find(parent, name);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_string()) wrong(name, "no text");
    return value->is_string() ? value->get<std::string>() : std::string{};
}

std::string StrictReading::required_text(const json* parent, const char* name) {
    auto value = text(parent, name);
    if (value.empty()) wrong(name, "empty");
    return value;
}

model::List StrictReading::texts(const json* parent, const char* name) {
    model::List list;
    const auto* values = array(parent, name);
    if (values == nullptr) return list;
    for (const auto& value : *values) {
        if (value.is_string()) {
            list.emplace_back(value.get<std::string>());
        } else {
            wrong(name, "not a list of texts");
        }
    }
    return list;
}

bool StrictReading::flag(const json* parent, const char* name) {
    const auto* value = find(parent, name);
    if (value == nullptr || value->is_null()) return false;
    if (!value->is_boolean()) wrong(name, "neither true nor false");
    return value->is_boolean() && value->get<bool>();
}

std::int64_t StrictReading::number(const json* parent, const char* name, std::int64_t otherwise) {
    const auto* value = find(parent, name);
    if (value == nullptr || value->is_null()) return otherwise;
    if (!value->is_number_integer()) wrong(name, "no number");
    return value->is_number_integer() ? value->get<std::int64_t>() : otherwise;
}

const json* StrictReading::wrong(const char* name, const char* why) {
    if (problem_.empty()) problem_ = fmt::format("`{}` is {}", name, why);
    return nullptr;
}

const json* StrictReading::find(const json* parent, const char* name) {
    if (parent == nullptr) return nullptr;
    const auto* value = member(*parent, name);
    return value != nullptr ? value : wrong(name, "missing");
}

}  // namespace regent::provider::graph
