#include "manifest/json_schema.hpp"

#include "manifest/field_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::manifest {
namespace {

// Ordered, so that a schema reads in the order a person writes a manifest.
using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view guid_pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
constexpr std::string_view duration_pattern = "^[1-9][0-9]*[dhms]$";
// What a value may be before variables are put in; the loader checks it afterwards.
constexpr std::string_view variable_pattern = "\\$\\{[A-Za-z_]";

OrderedJson object_of(std::span<const Field> fields, const Field* owner);

OrderedJson with_variable(OrderedJson schema) {
    OrderedJson variable = {{"type", "string"}, {"pattern", variable_pattern}};
    return OrderedJson{{"anyOf", OrderedJson::array({std::move(schema), std::move(variable)})}};
}

OrderedJson name_reference(std::string_view help) {
    OrderedJson schema = {{"type", "object"}, {"description", help}};
    schema["properties"] = {{"name", {{"type", "string"}}}};
    schema["required"] = OrderedJson::array({"name"});
    schema["additionalProperties"] = false;
    return schema;
}

/// `{key: {name: …}}`
OrderedJson target_of(const std::string& key, std::string_view help) {
    OrderedJson schema = {{"type", "object"}};
    schema["properties"][key] = name_reference(help);
    schema["required"] = OrderedJson::array({key});
    schema["additionalProperties"] = false;
    return schema;
}

OrderedJson enumeration(const Field& field) {
    auto values = OrderedJson::array();
    for (const auto& value : field.values) {
        values.push_back(value.name);
        if (!value.alias.empty()) values.push_back(value.alias);
    }
    return {{"enum", std::move(values)}};
}

OrderedJson integer(const Field& field) {
    OrderedJson schema = {{"type", "integer"}, {"minimum", field.minimum}};
    if (field.maximum != 0) schema["maximum"] = field.maximum;
    return schema;
}

OrderedJson of_type(const Field& field, FieldType type) {
    switch (type) {
        case FieldType::text:
        case FieldType::url:
        case FieldType::path:
            return {{"type", "string"}};
        case FieldType::boolean:
            return with_variable({{"type", "boolean"}});
        case FieldType::integer:
            return with_variable(integer(field));
        case FieldType::duration:
            return with_variable({{"type", "string"}, {"pattern", duration_pattern}});
        case FieldType::guid:
            return with_variable({{"type", "string"}, {"pattern", guid_pattern}});
        case FieldType::enumeration:
            return field.name == "apiVersion" ? enumeration(field) : with_variable(enumeration(field));
        case FieldType::mapping:
            return object_of(field.members, &field);
        case FieldType::list:
            return {{"type", "array"}, {"items", of_type(field, field.item)}};
        case FieldType::reference:
            return name_reference(fmt::format("a {} by its metadata.name", field.target));
        case FieldType::redirect_target:
            return {
                {"anyOf", OrderedJson::array({OrderedJson{{"type", "string"}},
                                              target_of("connectorRef", "the connector whose redirect URL it is")})}};
        case FieldType::owner:
            return {{"anyOf", OrderedJson::array(
                                  {with_variable({{"type", "string"}, {"pattern", guid_pattern}}),
                                   target_of("applicationRef", "the application whose service principal it is")})}};
        case FieldType::text_map:
            return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
        case FieldType::scalar_map:
            return {{"type", "object"},
                    {"additionalProperties", {{"type", OrderedJson::array({"string", "number", "boolean"})}}}};
        case FieldType::any:
            return OrderedJson::object();
    }
    return OrderedJson::object();
}

// What editors show when the pointer rests on a key.
std::string description_of(const Field& field) {
    std::string text(field.help);
    if (!field.default_text.empty()) text += fmt::format(". Default: {}", field.default_text);
    if (field.immutable) text += ". A change replaces the object";
    return text + ".";
}

OrderedJson described(const Field& field) {
    auto schema = of_type(field, field.type);
    OrderedJson result = {{"description", description_of(field)}};
    for (auto& [key, value] : schema.items())
        if (key != "description") result[key] = value;
    return result;
}

OrderedJson object_of(std::span<const Field> fields, const Field* owner) {
    OrderedJson schema = {{"type", "object"}, {"properties", OrderedJson::object()}};
    auto required = OrderedJson::array();
    auto dependencies = OrderedJson::object();
    for (const auto& field : fields) {
        schema["properties"][std::string(field.name)] = described(field);
        if (field.required && field.unless.empty()) required.push_back(field.name);
        if (!field.together_with.empty())
            dependencies[std::string(field.name)] = OrderedJson::array({field.together_with});
    }
    if (!required.empty()) schema["required"] = std::move(required);
    if (!dependencies.empty()) schema["dependencies"] = std::move(dependencies);
    if (owner && !owner->exactly_one_of.empty()) {
        schema["oneOf"] = OrderedJson::array();
        for (const auto name : owner->exactly_one_of)
            schema["oneOf"].push_back({{"required", OrderedJson::array({name})}});
    }
    if (owner && !owner->instead_of_empty.empty()) schema["minProperties"] = 1;
    schema["additionalProperties"] = false;
    return schema;
}

OrderedJson document_of(const KindTable& table) {
    auto schema = object_of(table.fields, nullptr);
    schema["properties"]["kind"]["const"] = table.kind;
    schema["description"] = fmt::format("{}.", table.help);
    return schema;
}

OrderedJson with_header(const OrderedJson& body, std::string_view title) {
    OrderedJson schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
    schema.update(body);
    return schema;
}

// One branch per kind under if/then, so that an editor speaks of the kind at hand and not of five that do not match.
OrderedJson any_document() {
    auto kinds = OrderedJson::array();
    auto branches = OrderedJson::array();
    for (const auto& table : kind_tables()) {
        kinds.push_back(table.kind);
        OrderedJson branch;
        branch["if"] = {{"properties", {{"kind", {{"const", table.kind}}}}},
                        {"required", OrderedJson::array({"kind"})}};
        branch["then"] = {{"$ref", fmt::format("#/definitions/{}", table.kind)}};
        branches.push_back(std::move(branch));
    }
    OrderedJson schema = {{"type", "object"}};
    schema["properties"]["apiVersion"] = {{"enum", OrderedJson::array({api_version})}};
    schema["properties"]["kind"] = {{"enum", std::move(kinds)}};
    schema["required"] = OrderedJson::array({"apiVersion", "kind"});
    schema["allOf"] = std::move(branches);
    for (const auto& table : kind_tables()) schema["definitions"][std::string(table.kind)] = document_of(table);
    return schema;
}

}  // namespace

std::string json_schema(std::string_view kind) {
    const auto* table = table_of(kind);
    if (!kind.empty() && !table) return {};
    const auto schema = table ? with_header(document_of(*table), fmt::format("regent/v1 {}", kind))
                              : with_header(any_document(), "regent/v1");
    return schema.dump(2) + "\n";
}

std::vector<std::pair<std::string, std::string>> all_json_schemas() {
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& table : kind_tables())
        files.emplace_back(fmt::format("{}.schema.json", table.kind), json_schema(table.kind));
    files.emplace_back("regent.schema.json", json_schema({}));
    return files;
}

}  // namespace regent::manifest
