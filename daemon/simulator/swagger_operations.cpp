#include "simulator/members.hpp"
#include "simulator/swagger_check.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// The parameter itself, or the shared one that it refers to; null when the reference dangles (told by the reference
/// rules).
json resolved(const json& document, const json& parameter) {
    const auto reference = text(parameter, "$ref");
    if (reference.empty()) return parameter;
    constexpr std::string_view prefix = "#/parameters/";
    if (!starts_with(reference, prefix)) return {};
    const auto shared = document.value("parameters", json::object());
    const auto found = shared.is_object() ? shared.find(reference.substr(prefix.size())) : shared.end();
    return found == shared.end() ? json() : *found;
}

/// An operation's parameters over its path item's; of two with one name and place the operation's counts.
std::vector<json> parameters_of(const json& document, const json& item, const json& operation) {
    std::map<std::pair<std::string, std::string>, json> by_key;
    for (const auto* owner : {&item, &operation}) {
        const auto list = owner->find("parameters");
        if (list == owner->end() || !list->is_array()) continue;
        for (const auto& given : *list) {
            auto parameter = given.is_object() ? resolved(document, given) : json();
            if (!parameter.is_object()) continue;
            // The key first: an assignment evaluates its right side, the move, before its left one.
            auto key = std::pair(text(parameter, "in"), text(parameter, "name"));
            by_key[std::move(key)] = std::move(parameter);
        }
    }
    std::vector<json> parameters;
    parameters.reserve(by_key.size());
    for (auto& [key, parameter] : by_key) parameters.push_back(std::move(parameter));
    return parameters;
}

std::set<std::string> template_names(std::string_view path) {
    std::set<std::string> names;
    while (true) {
        const auto open = path.find('{');
        const auto close = open == std::string_view::npos ? open : path.find('}', open);
        if (close == std::string_view::npos) return names;
        names.insert(std::string(path.substr(open + 1, close - open - 1)));
        path.remove_prefix(close + 1);
    }
}

/// "/a/{x}/b" and "/a/{y}/b" cannot be told apart.
std::string shape_of(std::string_view path) {
    std::string shape;
    bool inside = false;
    for (const char c : path) {
        if (c == '}') inside = false;
        if (!inside) shape += c;
        if (c == '{') inside = true;
    }
    return shape;
}

class OperationCheck {
public:
    OperationCheck(const json& document, const SwaggerRules& rules, SwaggerFindings& findings)
        : document_(document), rules_(rules), findings_(findings) {}

    void run() {
        const auto paths = document_.find("paths");
        if (paths == document_.end()) return findings_.missing("", "paths");
        if (!findings_.is("paths", *paths, "object")) return;
        for (const auto& [path, item] : paths->items()) check_path(path, item);
        each_operation(document_, [this](const auto& path, const auto& verb, const auto& item, const auto& operation,
                                         const auto& pointer) {
            check_operation(verb, operation, pointer);
            check_parameters(path, verb, parameters_of(document_, item, operation), pointer);
        });
        if (operations_ > max_operations) {
            findings_.add("paths", fmt::format("The definition has {} operations. At most {} are allowed.", operations_,
                                               max_operations));
        }
    }

private:
    void check_path(const std::string& path, const json& item) {
        if (starts_with(path, "x-")) return;
        const auto pointer = pointer_to("paths", path);
        if (!starts_with(path, "/"))
            findings_.add(pointer, "The path is not valid, it must start with a '/' character.");
        if (path.find_first_of("?#") != std::string::npos) {
            findings_.add(pointer, "The path is not valid, it may not contain a query part or fragment identifier.");
        }
        if (!shapes_.insert(shape_of(path)).second) {
            findings_.add_documented(
                pointer, fmt::format("The path '{}' cannot be told apart from another path template.", path));
        } else if (!lower_case_shapes_.insert(lower(shape_of(path))).second) {
            findings_.add_documented(
                pointer, fmt::format("The path '{}' is defined more than once, compared without case.", path));
        }
        if (!findings_.is(pointer, item, "object")) return;
        check_members(item, pointer, {"get", "put", "post", "delete", "options", "head", "patch", "parameters", "$ref"},
                      findings_);
        for (const auto* verb : {"get", "put", "post", "delete", "options", "head", "patch"}) {
            if (item.contains(verb)) findings_.is(pointer_to(pointer, verb), item[verb], "object");
        }
    }

    void check_operation(const std::string&, const json& operation, const std::string& pointer) {
        ++operations_;
        check_members(operation, pointer,
                      {"tags", "summary", "description", "externalDocs", "operationId", "consumes", "produces",
                       "parameters", "responses", "schemes", "deprecated", "security"},
                      findings_);
        const auto id = text(operation, "operationId");
        if (id.empty()) {
            findings_.add(pointer, "The operation 'operationId' property is required.");
        } else if (!ids_.insert(id).second) {
            findings_.add(pointer, fmt::format("The operationId '{}' is used multiple times.", id));
        }
        if (rules_.strict_mime_types) check_mime_types(operation, pointer);
        check_responses(operation, pointer);
        check_tags(operation, pointer);
    }

    void check_mime_types(const json& operation, const std::string& pointer) {
        for (const auto* member : {"consumes", "produces"}) {
            const auto types = operation.value(member, json::array());
            for (const auto& type : types) {
                if (type.is_string() && !is_supported_mime_type(type))
                    findings_.add(pointer_to(pointer, member),
                                  fmt::format("The MIME type '{}' is not supported.", type.get<std::string>()));
            }
        }
    }

    void check_responses(const json& operation, const std::string& pointer) {
        const auto responses = operation.find("responses");
        if (responses == operation.end() || (responses->is_object() && responses->empty())) {
            findings_.add_documented(pointer,
                                     "The operation is not valid, it must contain at least one response definition.");
            return;
        }
        if (!findings_.is(pointer + "/responses", *responses, "object")) return;
        for (const auto& [code, response] : responses->items()) {
            if (starts_with(code, "x-")) continue;
            auto place = pointer;
            place += "/responses/";
            place += code;
            if (!findings_.is(place, response, "object")) continue;
            if (!response.contains("$ref") && !response.contains("description"))
                findings_.missing(place, "description");
        }
    }

    void check_tags(const json& operation, const std::string& pointer) {
        const auto tags = operation.find("tags");
        if (tags == operation.end() || !findings_.is(pointer + "/tags", *tags, "array")) return;
        for (std::size_t i = 0; i < tags->size(); ++i) {
            const auto first = std::find(tags->begin(), tags->end(), (*tags)[i]);
            if (static_cast<std::size_t>(first - tags->begin()) < i) {
                findings_.add(pointer,
                              fmt::format("Non-unique array item at index {}. Path '{}.tags[{}]'.", i, pointer, i));
            }
        }
    }

    void check_parameters(const std::string& path, const std::string& verb, const std::vector<json>& parameters,
                          const std::string& pointer) {
        const auto expected = template_names(path);
        std::set<std::string> in_path;
        std::size_t bodies = 0;
        bool has_form = false;
        for (const auto& parameter : parameters) {
            check_parameter(parameter, pointer);
            const auto name = text(parameter, "name"), in = text(parameter, "in");
            bodies += in == "body" ? 1 : 0;
            has_form = has_form || in == "formData";
            if (in != "path") continue;
            in_path.insert(name);
            if (!expected.contains(name)) {
                findings_.add(pointer,
                              fmt::format("The path parameter '{}' is not defined in the path template.", name));
            }
            if (parameter.value("required", json()) != true) {
                findings_.add(pointer, fmt::format("The path parameter '{}' must be required.", name));
            }
        }
        for (const auto& name : expected) {
            if (!in_path.contains(name))
                findings_.add(pointer, fmt::format("The operation is missing the path parameter '{}'.", name));
        }
        if (bodies > 1) findings_.add(pointer, "The operation contains multiple body parameters.");
        if (bodies > 0 && has_form)
            findings_.add(pointer, "The parameter list contains both body and formData parameters.");
        if ((verb == "get" || verb == "head") && (bodies > 0 || has_form)) {
            findings_.add_documented(pointer,
                                     "A body or formData parameter is not allowed in an operation that fetches.");
        }
    }

    void check_parameter(const json& parameter, const std::string& pointer) {
        const auto name = text(parameter, "name"), in = text(parameter, "in");
        if (name.empty()) findings_.missing(pointer + "/parameters", "name");
        if (name == "connectionId") findings_.add(pointer, "A parameter cannot be named as 'connectionId'.");
        constexpr std::array places{"path", "query", "header", "formData", "body"};
        if (std::find(places.begin(), places.end(), in) == places.end())
            return findings_.missing(pointer + "/parameters", "in");
        if (in == "body" && !parameter.contains("schema")) findings_.missing(pointer + "/parameters", "schema");
        if (in != "body" && text(parameter, "type").empty()) findings_.missing(pointer + "/parameters", "type");
        check_words(parameter, in == "body", pointer + "/parameters");
        if (in != "body" && rules_.strict_mime_types) check_format(parameter, pointer + "/parameters");
    }

    void check_words(const json& parameter, bool is_body, const std::string& pointer) {
        static const std::set<std::string> of_body{"name", "in", "description", "required", "schema"};
        static const std::set<std::string> of_others{"name",
                                                     "in",
                                                     "description",
                                                     "required",
                                                     "type",
                                                     "format",
                                                     "allowEmptyValue",
                                                     "items",
                                                     "default",
                                                     "maximum",
                                                     "exclusiveMaximum",
                                                     "exclusiveMinimum",
                                                     "minimum",
                                                     "collectionFormat",
                                                     "pattern",
                                                     "maxLength",
                                                     "minLength",
                                                     "maxItems",
                                                     "minItems",
                                                     "multipleOf",
                                                     "uniqueItems",
                                                     "enum"};
        for (const auto& [name, value] : parameter.items()) {
            if (starts_with(name, "x-") || (is_body ? of_body : of_others).contains(name)) continue;
            findings_.add(pointer, fmt::format("The property '{}' is not allowed and must be removed.", name));
        }
    }

    /// https://swagger.io/specification/v2/#data-types
    void check_format(const json& parameter, const std::string& pointer) {
        static const std::map<std::string, std::set<std::string>> known{
            {"string", {"", "byte", "binary", "date", "date-time", "password", "uuid", "uri", "email"}},
            {"integer", {"", "int32", "int64"}},
            {"number", {"", "float", "double"}},
            {"boolean", {""}},
            {"array", {""}},
            {"file", {""}}};
        const auto type = text(parameter, "type"), format = text(parameter, "format");
        const auto formats = known.find(type);
        if (type.empty() || (formats != known.end() && formats->second.contains(format))) return;
        findings_.add(pointer, fmt::format("The type '{}' with the format '{}' is not recognized.", type, format));
    }

    const json& document_;
    const SwaggerRules& rules_;
    SwaggerFindings& findings_;
    std::set<std::string> ids_, shapes_, lower_case_shapes_;
    std::size_t operations_ = 0;
};

}  // namespace

void check_swagger_operations(const json& document, const SwaggerRules& rules, SwaggerFindings& findings) {
    OperationCheck(document, rules, findings).run();
}

}  // namespace regent::simulator
