#include "simulator/dataverse_row.hpp"

#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_oauth.hpp"
#include "simulator/solution_variables.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace regent::simulator::dataverse_row {
namespace {

using nlohmann::json;

enum class Type { id, text, json_text, number, choices, made };

struct Column {
    std::string_view name;
    Type type = Type::text;
    std::size_t longest = 0;
    bool required = false;
    bool once = false;            ///< cannot be updated
    std::string_view shape = {};  ///< of JSON in it: "object" or "array"
};

constexpr std::array columns{
    Column{"connectorid", Type::id, 0, true, true},
    Column{"name", Type::text, 500, true, true},
    Column{"displayname", Type::text, 200, true},
    Column{"description", Type::text, 1000},
    Column{"connectortype", Type::number, 0, true},
    Column{"openapidefinition", Type::json_text, 1'000'000, true, false, "object"},
    Column{"connectionparameters", Type::json_text, 500'000, false, false, "object"},
    Column{"connectionparametersets", Type::json_text, 500'000, false, false, "object"},
    Column{"policytemplateinstances", Type::json_text, 500'000, false, false, "array"},
    Column{"scriptoperations", Type::json_text, 500'000, false, false, "array"},
    Column{"customcodeblobcontent", Type::text, 500'000},
    Column{"iconbrandcolor", Type::text, 100},
    Column{"capabilities", Type::choices},
    Column{"connectorinternalid", Type::made},
    Column{"statecode", Type::made},
    Column{"statuscode", Type::made},
    Column{"ismanaged", Type::made},
    Column{"componentstate", Type::made},
    Column{"solutionid", Type::made},
    Column{"versionnumber", Type::made},
    Column{"createdon", Type::made},
    Column{"modifiedon", Type::made},
    Column{"_createdby_value", Type::made},
    Column{"_ownerid_value", Type::made},
    Column{"_modifiedby_value", Type::made},
};

/// https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/connector#BKMK_capabilities
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> capability_values{{{"118690000", "composite"},
                                                                                          {"118690001", "tabular"},
                                                                                          {"118690002", "blob"},
                                                                                          {"118690003", "gateway"},
                                                                                          {"118690004", "cloud"},
                                                                                          {"118690005", "actions"}}};

const Column* find(std::string_view name) {
    const auto it = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
    return it == columns.end() ? nullptr : &*it;
}

std::string_view capability_of(std::string_view value) {
    for (const auto& [number, word] : capability_values) {
        if (number == value) return word;
    }
    return {};
}

std::vector<std::string> split_by_comma(const std::string& text) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : text + ",") {
        if (c == ',') {
            if (!part.empty()) parts.push_back(std::exchange(part, {}));
        } else if (c != ' ') {
            part += c;
        }
    }
    return parts;
}

/// What stands behind the plug-in that carries a save on to Power Apps.
DataverseError carried_on(const std::string& words) {
    return {400, "0x80040265", "ApiHubsRequestFailed: " + words};
}

std::optional<DataverseError> check_text(const Column& column, const json& value) {
    if (value.is_null() && !column.required) return std::nullopt;
    if (!value.is_string()) {
        return invalid_payload(fmt::format(
            "---->  InnerException : Microsoft.OData.ODataException: An unexpected '{}' node was found for property "
            "named '{}' when reading from the JSON reader. A 'PrimitiveValue' node was expected.",
            value.is_object()  ? "StartObject"
            : value.is_array() ? "StartArray"
                               : value.type_name(),
            column.name));
    }
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > column.longest) {
        return DataverseError{400, "0x80044331",
                              fmt::format("A validation error occurred. The length of the '{}' attribute of the "
                                          "'connector' entity exceeded the maximum allowed length of '{}'.",
                                          column.name, column.longest)};
    }
    if (text.empty() && column.required)
        return DataverseError{400, "0x80040203", fmt::format("Attribute '{}' cannot be NULL", column.name)};
    if (column.type != Type::json_text || text.empty()) return std::nullopt;
    const auto inner = json::parse(text, nullptr, false);
    if (inner.is_discarded())
        return carried_on(fmt::format("Unexpected character encountered while parsing '{}'.", column.name));
    // What apiProperties.json has below `properties` is meant, not the file.
    const bool wrapped = inner.is_object() && inner.size() == 1 && inner.contains("properties");
    if (wrapped && column.name != "openapidefinition") return carried_on("Nullable object must have a value.");
    const bool fits = inner.is_null() || (column.shape == "object" ? inner.is_object() : inner.is_array());
    if (!fits)
        return carried_on(fmt::format("Error converting the value of '{}' to an {}.", column.name, column.shape));
    return std::nullopt;
}

std::optional<DataverseError> check_choices(const Column& column, const json& value) {
    if (value.is_null()) return std::nullopt;
    if (!value.is_string()) return invalid_payload(fmt::format("'{}' is a text of numbers.", column.name));
    for (const auto& number : split_by_comma(value.get<std::string>())) {
        if (capability_of(number).empty())
            return DataverseError{
                400, "0x80048408",
                fmt::format("A validation error occurred for connector.{}. The value {} of '{}' on record of type "
                            "'connector' is outside the valid range.",
                            column.name, number, column.name)};
    }
    return std::nullopt;
}

std::optional<DataverseError> check_value(const Column& column, const json& value) {
    switch (column.type) {
        case Type::id:
            if (value.is_string() && is_guid(value.get<std::string>())) return std::nullopt;
            return invalid_payload("---->  InnerException : Cannot convert a value to type 'Edm.Guid'.");
        case Type::number:
            if (value.is_number_integer() && value.get<int>() >= 0 && value.get<int>() <= 2) return std::nullopt;
            return invalid_payload(fmt::format("the value of '{}' is outside the valid range 0 to 2.", column.name));
        case Type::choices:
            return check_choices(column, value);
        case Type::text:
        case Type::json_text:
            return check_text(column, value);
        case Type::made:
            break;
    }
    return DataverseError{400, "0x80040203", fmt::format("Attribute '{}' is not valid for a write.", column.name)};
}

/// `<prefix>_<title>`; what is not of [A-Za-z0-9_] is escaped as `-` and two hexadecimal digits.
bool is_name(std::string_view name) {
    const auto bar = name.find('_');
    if (bar == std::string_view::npos || bar < 2 || bar > 8 || bar + 1 == name.size()) return false;
    if (std::isalpha(static_cast<unsigned char>(name.front())) == 0) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        if (std::isalnum(c) != 0 || c == '_') continue;
        const auto is_hex = [&](std::size_t at) {
            return at < name.size() && std::isxdigit(static_cast<unsigned char>(name[at])) != 0;
        };
        if (c != '-' || !is_hex(i + 1) || !is_hex(i + 2)) return false;
    }
    return true;
}

json parsed(const json& row, const char* column, json otherwise) {
    const auto text = text_of(row, column);
    auto value = json::parse(text, nullptr, false);
    return text.empty() || value.is_discarded() || value.is_null() ? std::move(otherwise) : value;
}

/// Both columns with OAuth blocks, as oauth_blocks() wants them.
json parameters_of(const json& row) {
    return {{"connectionParameters", parsed(row, "connectionparameters", json::object())},
            {"connectionParameterSets", parsed(row, "connectionparametersets", json::object())}};
}

std::string service_url_of(const json& definition) {
    const auto schemes = definition.value("schemes", json::array());
    const auto scheme = schemes.is_array() && !schemes.empty() ? schemes.front().get<std::string>() : "https";
    return fmt::format("{}://{}{}", scheme, text_of(definition, "host"), definition.value("basePath", "/"));
}

}  // namespace

bool is_column(std::string_view name) {
    return find(name) != nullptr;
}

std::optional<DataverseError> check(const json& body, const json* stored) {
    if (!body.is_object()) return invalid_payload("a JSON object is expected.");
    for (const auto& [name, value] : body.items()) {
        if (name.starts_with("@")) continue;
        const auto* column = find(name);
        if (column == nullptr) {
            return invalid_payload(fmt::format(
                "---->  InnerException : Microsoft.OData.ODataException: The property '{}' does not exist on type "
                "'Microsoft.Dynamics.CRM.connector'. Make sure to only use property names that are defined by the "
                "type.",
                name));
        }
        if (auto error = check_value(*column, value)) return error;
        if (stored != nullptr && column->once && stored->value(name, json()) != value) {
            return DataverseError{400, "0x80040203",
                                  fmt::format("Attribute '{}' of a connector cannot be updated.", name)};
        }
    }
    if (stored != nullptr) return std::nullopt;
    for (const auto& column : columns) {
        if (column.required && !body.contains(column.name))
            return DataverseError{400, "0x80040203",
                                  fmt::format("Required field '{}' is missing for entity connector.", column.name)};
    }
    if (!is_name(text_of(body, "name")))
        return carried_on(fmt::format("The name '{}' is not valid for a connector.", text_of(body, "name")));
    return std::nullopt;
}

json fresh(const std::string& id) {
    json row{{"connectorid", id}, {"statecode", 0}, {"statuscode", 1}, {"ismanaged", false}, {"componentstate", 0}};
    for (const auto& column : columns) {
        if (!row.contains(column.name)) row[std::string(column.name)] = nullptr;
    }
    row["connectionparameters"] = "{}";
    row["policytemplateinstances"] = "[]";
    row["_secrets"] = json::object();
    return row;
}

void take(json& row, const json& body, const PowerAppsSwitches& switches) {
    for (const auto& [name, value] : body.items()) {
        if (!name.starts_with("@")) row[name] = value;
    }
    auto parameters = parameters_of(row);
    json secrets = json::object(), by_variable = json::object();
    bool blanked = false;
    for (const auto& block : oauth_blocks(parameters)) {
        auto* secret = member_of(*block.settings, "clientSecret");
        if (secret == nullptr || !secret->is_string()) continue;
        if (is_variable(secret->get_ref<const std::string&>())) {
            by_variable[block.path] = sha256_hex(secret->get<std::string>());
            continue;  // the name of one that lies elsewhere
        }
        if (!secret->get_ref<const std::string&>().empty()) {
            secrets[block.path] = sha256_hex(secret->get<std::string>());
        } else if (row["_secrets"].contains(block.path)) {
            secrets[block.path] = row["_secrets"][block.path];
        }
        if (switches.dataverse_secrets == "kept") continue;
        *secret = "";
        blanked = true;
    }
    row["_secrets"] = switches.dataverse_secrets == "blanked" ? json::object() : std::move(secrets);
    row["_secrets"].update(by_variable);
    if (!blanked) return;
    row["connectionparameters"] = parameters["connectionParameters"].dump();
    if (!text_of(row, "connectionparametersets").empty())
        row["connectionparametersets"] = parameters["connectionParameterSets"].dump();
}

json properties_of(const json& row) {
    const auto definition = parsed(row, "openapidefinition", json::object());
    auto capabilities = json::array();
    for (const auto& number : split_by_comma(text_of(row, "capabilities")))
        capabilities.push_back(std::string(capability_of(number)));
    auto parameters = parameters_of(row);
    json properties{{"displayName", text_of(row, "displayname")},
                    {"description", text_of(row, "description")},
                    {"openApiDefinition", definition},
                    {"backendService", {{"serviceUrl", service_url_of(definition)}}},
                    {"connectionParameters", parameters["connectionParameters"]},
                    {"policyTemplateInstances", parsed(row, "policytemplateinstances", json::array())},
                    {"capabilities", std::move(capabilities)}};
    if (!parameters["connectionParameterSets"].empty())
        properties["connectionParameterSets"] = parameters["connectionParameterSets"];
    if (const auto colour = text_of(row, "iconbrandcolor"); !colour.empty()) properties["iconBrandColor"] = colour;
    return properties;
}

std::string internal_id_of(const json& row) {
    std::string bare;
    for (const char c : lower(text_of(row, "name"))) bare += c == '_' ? std::string("-5f") : std::string(1, c);
    bare += "-5f" + sha256_hex("environment of solutions " + lower(text_of(row, "_environment"))).substr(0, 16);
    if (bare.size() > 64) bare = bare.substr(0, 47) + "-" + sha256_hex(bare).substr(0, 16);
    return "shared_" + bare;
}

}  // namespace regent::simulator::dataverse_row
