#include "manifest/json_schema.hpp"

#include "manifest/field_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::manifest {
namespace {

// Ordered, so that a schema reads in the order a person writes a manifest.
using Json = nlohmann::ordered_json;

constexpr std::string_view guid_pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
constexpr std::string_view duration_pattern = "^[1-9][0-9]*[dhms]$";
// What a value may be before variables are put in; the loader checks it afterwards.
constexpr std::string_view variable_pattern = "\\$\\{[A-Za-z_]";

Json object_of(std::span<const Field> fields, const Field* owner);

Json with_variable(Json schema) {
    Json variable = {{"type", "string"}, {"pattern", variable_pattern}};
    return Json{{"anyOf", Json::array({std::move(schema), std::move(variable)})}};
}

Json name_reference(std::string_view help) {
    Json schema = {{"type", "object"}, {"description", help}};
    schema["properties"] = {{"name", {{"type", "string"}}}};
    schema["required"] = Json::array({"name"});
    schema["additionalProperties"] = false;
    return schema;
}

/// `{key: {name: …}}`
Json target_of(const std::string& key, std::string_view help) {
    Json schema = {{"type", "object"}};
    schema["properties"][key] = name_reference(help);
    schema["required"] = Json::array({key});
    schema["additionalProperties"] = false;
    return schema;
}

Json enumeration(const Field& field) {
    auto values = Json::array();
    for (const auto& value : field.values) {
        values.push_back(value.name);
        if (!value.alias.empty()) values.push_back(value.alias);
    }
    return {{"enum", std::move(values)}};
}

Json integer(const Field& field) {
    Json schema = {{"type", "integer"}, {"minimum", field.minimum}};
    if (field.maximum != 0) schema["maximum"] = field.maximum;
    return schema;
}

Json of_type(const Field& field, FieldType type) {
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
            return {{"anyOf", Json::array({Json{{"type", "string"}},
                                           target_of("connectorRef", "the connector whose redirect URL it is")})}};
        case FieldType::owner:
            return {
                {"anyOf", Json::array({with_variable({{"type", "string"}, {"pattern", guid_pattern}}),
                                       target_of("applicationRef", "the application whose service principal it is")})}};
        case FieldType::text_map:
            return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
        case FieldType::scalar_map:
            return {{"type", "object"},
                    {"additionalProperties", {{"type", Json::array({"string", "number", "boolean"})}}}};
        case FieldType::any:
            return Json::object();
    }
    return Json::object();
}

// What editors show when the pointer rests on a key.
std::string description_of(const Field& field) {
    std::string text(field.help);
    if (!field.default_text.empty()) text += fmt::format(". Default: {}", field.default_text);
    if (field.immutable) text += ". A change replaces the object";
    return text + ".";
}

Json described(const Field& field) {
    auto schema = of_type(field, field.type);
    Json result = {{"description", description_of(field)}};
    for (auto& [key, value] : schema.items())
        if (key != "description") result[key] = value;
    return result;
}

Json object_of(std::span<const Field> fields, const Field* owner) {
    Json schema = {{"type", "object"}, {"properties", Json::object()}};
    auto required = Json::array();
    auto dependencies = Json::object();
    for (const auto& field : fields) {
        schema["properties"][std::string(field.name)] = described(field);
        if (field.required && field.unless.empty()) required.push_back(field.name);
        if (!field.together_with.empty()) dependencies[std::string(field.name)] = Json::array({field.together_with});
    }
    if (!required.empty()) schema["required"] = std::move(required);
    if (!dependencies.empty()) schema["dependencies"] = std::move(dependencies);
    if (owner && !owner->exactly_one_of.empty()) {
        schema["oneOf"] = Json::array();
        for (const auto name : owner->exactly_one_of) schema["oneOf"].push_back({{"required", Json::array({name})}});
    }
    if (owner && !owner->instead_of_empty.empty()) schema["minProperties"] = 1;
    schema["additionalProperties"] = false;
    return schema;
}

Json document_of(const KindTable& table) {
    auto schema = object_of(table.fields, nullptr);
    schema["properties"]["kind"]["const"] = table.kind;
    schema["description"] = fmt::format("{}.", table.help);
    return schema;
}

Json with_header(const Json& body, std::string_view title) {
    Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
    schema.update(body);
    return schema;
}

// One branch per kind under if/then, so that an editor speaks of the kind at hand and not of five that do not match.
Json any_document() {
    auto kinds = Json::array();
    auto branches = Json::array();
    for (const auto& table : kind_tables()) {
        kinds.push_back(table.kind);
        Json branch;
        branch["if"] = {{"properties", {{"kind", {{"const", table.kind}}}}}, {"required", Json::array({"kind"})}};
        branch["then"] = {{"$ref", fmt::format("#/definitions/{}", table.kind)}};
        branches.push_back(std::move(branch));
    }
    Json schema = {{"type", "object"}};
    schema["properties"]["apiVersion"] = {{"enum", Json::array({api_version})}};
    schema["properties"]["kind"] = {{"enum", std::move(kinds)}};
    schema["required"] = Json::array({"apiVersion", "kind"});
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
