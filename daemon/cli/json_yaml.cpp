#include "cli/json_yaml.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace regent::cli {
namespace {

using nlohmann::json;

std::string scalar(const json& value) {
    if (value.is_object()) return "{}";
    if (value.is_array()) return "[]";
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Names of the API are words; names of outputs and actions may come from elsewhere.
std::string key(const std::string& name) {
    static constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return !name.empty() && name.find_first_not_of(plain) == std::string::npos && name != "null" && name != "true" &&
                   name != "false" && name != "y" && name != "n" && name != "yes" && name != "no" && name != "on" &&
                   name != "off"
               ? name
               : json(name).dump(-1, ' ', false, json::error_handler_t::replace);
}

void write(const json& value, const std::string& indent, std::string& out);

/// `value` behind "key:" or "-".
void write_behind(const json& value, const std::string& indent, std::string& out) {
    if (!value.is_structured() || value.empty()) {
        out += " " + scalar(value) + "\n";
        return;
    }
    out += "\n";
    write(value, indent, out);
}

void write(const json& value, const std::string& indent, std::string& out) {
    if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            out += indent + key(name) + ":";
            write_behind(member, indent + "  ", out);
        }
        return;
    }
    for (const auto& member : value) {
        std::string item;
        write(member.is_structured() && !member.empty() ? member : json(), indent + "  ", item);
        if (member.is_structured() && !member.empty()) {
            item[indent.size()] = '-';  // the first member stands behind the dash
            out += item;
        } else {
            out += indent + "- " + scalar(member) + "\n";
        }
    }
}

}  // namespace

std::string json_as_yaml(const json& value) {
    std::string out;
    if (!value.is_structured() || value.empty()) return scalar(value) + "\n";
    write(value, "", out);
    return out;
}

}  // namespace regent::cli
