// What an operation, a response and a parameter may hold and have to.

#include "manifest/openapi_rules.hpp"
#include "model/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

// https://swagger.io/specification/v2/#operation-object
constexpr std::array operation_members = {
    SwaggerMember{"tags", "array"},         SwaggerMember{"summary", "string"},
    SwaggerMember{"description", "string"}, SwaggerMember{"externalDocs", "object"},
    SwaggerMember{"operationId", "string"}, SwaggerMember{"consumes", "array"},
    SwaggerMember{"produces", "array"},     SwaggerMember{"parameters", "array"},
    SwaggerMember{"responses", "object"},   SwaggerMember{"schemes", "array"},
    SwaggerMember{"deprecated", "boolean"}, SwaggerMember{"security", "array"},
};

// https://swagger.io/specification/v2/#parameter-object
constexpr std::array<std::string_view, 5> places = {"query", "header", "path", "formData", "body"};

void wrong_type(OpenApiFindings& findings, const std::string& pointer, std::string_view expected, const Json& value) {
    findings.error(rule::json_type, pointer,
                   fmt::format("the type of the property is incorrect: expected type '{}', but value is of type '{}'",
                               expected, json_type(value)));
}

model::Diagnostic& missing(OpenApiFindings& findings, const std::string& pointer, std::string_view name) {
    return findings.error(rule::required, pointer, fmt::format("the '{}' property is required", name));
}

/// People who write OpenAPI 3 elsewhere reach for its words here.
std::string help_for(std::string_view name) {
    if (name == "requestBody")
        return "OpenAPI 2.0 has a parameter with `\"in\": \"body\"` and a `schema` instead; `consumes` says its type";
    if (name == "servers") return "OpenAPI 2.0 has `host`, `basePath` and `schemes` of the file instead";
    return {};
}

void check_responses(const Json& responses, const std::string& pointer, OpenApiFindings& findings) {
    for (const auto& [code, response] : responses.items()) {
        if (code.starts_with("x-")) continue;
        const auto at = fmt::format("{}/{}", pointer, pointer_token(code));
        if (!response.is_object()) {
            wrong_type(findings, at, "object", response);
        } else if (!response.contains("$ref") && !response.contains("description")) {
            missing(findings, at, "description").help = "say what this answer means, as people read it in the designer";
        }
    }
}

// https://swagger.io/specification/v2/#parameter-object
constexpr std::array<std::string_view, 5> body_words = {"name", "in", "description", "required", "schema"};
constexpr std::array<std::string_view, 22> other_words = {"name",
                                                          "in",
                                                          "description",
                                                          "required",
                                                          "type",
                                                          "format",
                                                          "allowEmptyValue",
                                                          "items",
                                                          "default",
                                                          "maximum",
                                                          "minimum",
                                                          "pattern",
                                                          "enum",
                                                          "collectionFormat",
                                                          "exclusiveMaximum",
                                                          "maxLength",
                                                          "minLength",
                                                          "maxItems",
                                                          "minItems",
                                                          "multipleOf",
                                                          "exclusiveMinimum",
                                                          "uniqueItems"};

struct KnownFormats {
    std::string_view type;
    std::string_view formats;  ///< between blanks
};
// https://swagger.io/specification/v2/#data-types, and what forms of flows know beside them.
constexpr std::array known_formats = {
    KnownFormats{"string",
                 " byte binary date date-time date-no-tz date-time-rfc1123 duration email guid html password time "
                 "unixtime uri url uuid "},
    KnownFormats{"integer", " int32 int64 "},
    KnownFormats{"number", " float double decimal int32 int64 "},
    KnownFormats{"boolean", ""},
    KnownFormats{"array", ""},
    KnownFormats{"file", " binary "}};

void check_type_and_format(const Json& parameter, const std::string& pointer, OpenApiFindings& findings) {
    const auto type = parameter.find("type"), format = parameter.find("format");
    if (type == parameter.end() || !type->is_string()) return;
    const auto& name = type->get_ref<const std::string&>();
    const auto known =
        std::find_if(known_formats.begin(), known_formats.end(), [&](const auto& one) { return one.type == name; });
    if (name.empty()) return;  // told as missing
    if (known == known_formats.end()) {
        auto& d = findings.warning(rule::type_format, pointer + "/type",
                                   fmt::format("a parameter cannot be of the type '{}'", name));
        d.help = "write `string`, `integer`, `number`, `boolean`, `array` or `file`";
        return;
    }
    if (format == parameter.end() || !format->is_string()) return;
    const auto& word = format->get_ref<const std::string&>();
    if (word.empty() || known->formats.find(" " + model::lower_case(word) + " ") != std::string_view::npos) return;
    auto& d = findings.warning(rule::type_format, pointer + "/format",
                               fmt::format("the type '{}' has no format '{}' that forms know", name, word));
    d.notes.push_back("people are asked for a value of the type, whatever the format says");
}

}  // namespace

void check_members(const Json& object, const std::string& pointer, std::span<const SwaggerMember> members,
                   OpenApiFindings& findings) {
    for (const auto& [name, value] : object.items()) {
        if (name.starts_with("x-")) continue;
        const auto at = fmt::format("{}/{}", pointer, pointer_token(name));
        const auto known = std::find_if(members.begin(), members.end(),
                                        [&, &key = name](const auto& member) { return member.name == key; });
        if (known == members.end()) {
            auto& d = findings.error(rule::extension_name, at, fmt::format("the property '{}' is not valid", name));
            d.notes.push_back("if this property is an extension, its name must begin with \"x-\"");
            d.help = help_for(name);
        } else if (json_type(value) != known->type) {
            wrong_type(findings, at, known->type, value);
        }
    }
}

void check_operation_members(const Json& operation, const std::string& pointer, OpenApiFindings& findings) {
    check_members(operation, pointer, operation_members, findings);
    const auto responses = operation.find("responses");
    if (responses != operation.end() && responses->is_object())
        check_responses(*responses, pointer + "/responses", findings);
}

void check_parameter_words(const Json& parameter, const std::string& pointer, OpenApiFindings& findings) {
    const auto in = parameter.find("in");
    const bool is_body = in != parameter.end() && *in == "body";
    const auto is_known = [&](std::string_view name) {
        return is_body ? std::find(body_words.begin(), body_words.end(), name) != body_words.end()
                       : std::find(other_words.begin(), other_words.end(), name) != other_words.end();
    };
    for (const auto& [name, value] : parameter.items()) {
        if (name.starts_with("x-") || is_known(name)) continue;
        auto& d = findings.error(rule::additional_property, fmt::format("{}/{}", pointer, pointer_token(name)),
                                 fmt::format("the property '{}' is not allowed and must be removed", name));
        if (name == "schema") {
            d.help = "in OpenAPI 2.0 a `schema` is for a parameter `in: body`; write `type` beside `in`";
        } else if (is_body) {
            d.help = "a parameter `in: body` says it in its `schema`";
        } else {
            d.help = fmt::format("an extension is called `x-{}`", name);
        }
    }
    if (!is_body) check_type_and_format(parameter, pointer, findings);
}

void check_parameter_members(const Json& parameter, const std::string& pointer, OpenApiFindings& findings) {
    const auto text = [&](const char* name) {
        const auto it = parameter.find(name);
        return it != parameter.end() && it->is_string() ? it->get<std::string>() : std::string{};
    };
    const auto in = text("in");
    if (in.empty()) return;  // told already
    if (std::find(places.begin(), places.end(), in) == places.end()) {
        findings.error(rule::required, pointer, fmt::format("a parameter cannot be 'in: {}'", in)).help =
            fmt::format("it is in `query`, `header`, `path`, `formData` or `body`{}",
                        in == "cookie" ? "; connectors send no cookies" : "");
    } else if (in == "body" && !parameter.contains("schema")) {
        missing(findings, pointer, "schema");
    } else if (in != "body" && text("type").empty()) {
        auto& d = missing(findings, pointer, "type");
        d.help = parameter.contains("schema") ? "in OpenAPI 2.0 `type` stands beside `in`, not in a `schema`"
                                              : "for example `\"type\": \"string\"`";
    }
}

}  // namespace regent::manifest
