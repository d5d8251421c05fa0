#include "manifest/load_plain.hpp"
#include "manifest/openapi_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

/// https://learn.microsoft.com/connectors/custom-connectors/faq
constexpr std::size_t max_operations = 256;

constexpr std::array<std::string_view, 7> methods = {"get", "put", "post", "delete", "options", "head", "patch"};

/// One parameter with where it was written.
struct Parameter {
    const Json* json;
    std::string pointer;
    std::string own;  ///< where it is described: elsewhere, when it is referred to
};

std::string text(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// "{id}" and "{name}" of "/a/{id}/{name}".
std::set<std::string> template_names(std::string_view path) {
    std::set<std::string> names;
    for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
        const auto close = path.find('}', open);
        if (close == std::string_view::npos) break;
        names.emplace(path.substr(open + 1, close - open - 1));
    }
    return names;
}

/// The path with every template called the same: two paths that give one text cannot be told apart.
std::string shape_of(std::string_view path) {
    std::string shape;
    bool inside = false;
    for (const char c : lower_case(path)) {
        if (c == '{') shape += "{}";
        if (c == '{' || c == '}')
            inside = c == '{';
        else if (!inside)
            shape += c;
    }
    return shape;
}

// JSON's members come sorted by name here, so "first" is decided by the file.
void point_to_both(model::Diagnostic& d, model::Span other) {
    if (!other.known() || !d.span.known()) return;
    if (other.byte > d.span.byte) std::swap(other, d.span);
    d.label = "again here";
    d.secondary.push_back({other, "first here"});
}

class OperationsCheck {
public:
    OperationsCheck(const Json& document, OpenApiFindings& findings) : document_(document), findings_(findings) {}

    void run();

private:
    void path(const std::string& name, const Json& item);
    void operation(const std::string& path, std::string_view method, const Json& operation, const std::string& pointer,
                   std::vector<Parameter> parameters);
    void collect(const Json& holder, const std::string& pointer, std::vector<Parameter>& parameters);
    void check_parameters(const std::string& path, std::string_view method, const std::string& pointer,
                          const std::vector<Parameter>& parameters);

    const Json& document_;
    OpenApiFindings& findings_;
    std::map<std::string, std::string> first_use_;  ///< operationId → pointer
    std::map<std::string, std::string> shapes_;     ///< shape → pointer
    std::set<std::string> described_;               ///< parameters that were looked at, which several may share
    std::size_t operations_ = 0;
    bool found_path_ = false;  ///< one whose mistake was told
};

// Parameters of a path belong to each of its operations, which may replace them by name and place.
void OperationsCheck::collect(const Json& holder, const std::string& pointer, std::vector<Parameter>& parameters) {
    const auto list = holder.find("parameters");
    if (list == holder.end() || !list->is_array()) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const auto* json = &(*list)[i];
        const auto at = fmt::format("{}/parameters/{}", pointer, i);
        auto own = at;
        if (const auto reference = json->is_object() ? text(*json, "$ref") : ""; !reference.empty()) {
            json = resolve_reference(document_, reference);
            own = reference.substr(1);
        }
        if (!json || !json->is_object()) continue;
        const auto same = [&](const Parameter& p) {
            return text(*p.json, "name") == text(*json, "name") && text(*p.json, "in") == text(*json, "in");
        };
        std::erase_if(parameters, same);
        parameters.push_back({json, at, std::move(own)});
    }
}

void OperationsCheck::check_parameters(const std::string& path, std::string_view method, const std::string& pointer,
                                       const std::vector<Parameter>& parameters) {
    auto missing = template_names(path);
    const auto wanted = missing;
    std::size_t bodies = 0;
    bool form_data = false;
    for (const auto& [json, at, own] : parameters) {
        const auto name = text(*json, "name");
        const auto in = text(*json, "in");
        if (name.empty()) findings_.error(rule::required, at, "the 'name' property is required");
        if (in.empty()) findings_.error(rule::required, at, "the 'in' property is required");
        check_parameter_members(*json, at, findings_);
        if (described_.insert(own).second) check_parameter_words(*json, own, findings_);
        if (name == "connectionId")
            findings_.error(rule::connection_id, at, "a parameter cannot be named as 'connectionId'").help =
                "the service uses this name itself: rename the parameter, or map it by a policy";
        form_data = form_data || in == "formData";
        if (in == "body" && ++bodies == 2)
            findings_.error(rule::bodies, at, "an operation has at most one parameter 'in: body'");
        if ((in == "body" || in == "formData") && (method == "get" || method == "head"))
            findings_.published(rule::body_in_fetch, at,
                                fmt::format("a {} operation cannot have a parameter 'in: {}'", method, in));
        if (in != "path") continue;
        missing.erase(name);
        if (!wanted.count(name))
            findings_.error(rule::path_parameter_unknown, at,
                            fmt::format("the path parameter '{}' is not in the path '{}'", name, path));
        else if (json->value("required", Json(false)) != true)
            findings_.error(rule::path_parameter_optional, at,
                            fmt::format("the path parameter '{}' must have 'required: true'", name));
    }
    if (bodies > 0 && form_data)
        findings_.error(rule::body_and_form, pointer, "an operation cannot have both body and formData parameters");
    for (const auto& name : missing)
        findings_
            .error(rule::path_parameter_missing, pointer,
                   fmt::format("the path '{}' has no parameter that describes '{{{}}}'", path, name))
            .help = fmt::format(
            "add {{\"name\": \"{}\", \"in\": \"path\", \"required\": true, \"type\": \"string\"}} to its 'parameters'",
            name);
}

void OperationsCheck::operation(const std::string& path, std::string_view method, const Json& operation,
                                const std::string& pointer, std::vector<Parameter> parameters) {
    ++operations_;
    if (!operation.is_object()) {
        findings_.error(
            rule::json_type, pointer,
            fmt::format("the type of the property is incorrect: expected type 'object', but value is of type '{}'",
                        json_type(operation)));
        return;
    }
    const auto id = text(operation, "operationId");
    if (id.empty()) {
        findings_.error(rule::operation_id, pointer, "the operation 'operationId' property is required").help =
            "give it a name of letters and digits, such as \"ListSubscriptions\"; flows refer to it, so keep it";
    } else if (const auto [it, is_new] = first_use_.emplace(id, pointer + "/operationId"); !is_new) {
        auto& d = findings_.error(rule::operation_id_twice, pointer + "/operationId",
                                  fmt::format("the operationId '{}' is used multiple times", id));
        point_to_both(d, findings_.span_of(it->second));
    }
    const auto responses = operation.find("responses");
    const bool has_response = responses != operation.end() && responses->is_object() && !responses->empty();
    if (!has_response)
        findings_.published(rule::no_response, pointer,
                            "the operation is not valid, it must contain at least one response definition");
    check_operation_members(operation, pointer, findings_);
    collect(operation, pointer, parameters);
    check_parameters(path, method, pointer, parameters);
}

void OperationsCheck::path(const std::string& name, const Json& item) {
    const auto pointer = "/paths/" + pointer_token(name);
    if (name.substr(0, 2) == "x-") return;
    if (name.empty() || name.front() != '/') {
        findings_.error(rule::path_slash, pointer, "the path is not valid, it must start with a '/' character");
        found_path_ = true;
        return;
    }
    if (name.find_first_of("?#") != std::string::npos)
        findings_.error(rule::path_query, pointer, "the path must not contain a query part or fragment identifier")
            .help = "describe the query as parameters with \"in\": \"query\"";
    if (const auto [it, is_new] = shapes_.emplace(shape_of(name), pointer); !is_new) {
        const bool same_words = lower_case(pointer) == lower_case(it->second);
        auto& d = findings_.published(same_words ? rule::path_redefined : rule::path_twice, pointer,
                                      fmt::format("the path '{}' cannot be told apart from another one", name));
        d.notes.push_back("case and the names of parameters make no difference");
        point_to_both(d, findings_.span_of(it->second));
    }
    if (!item.is_object()) {
        findings_.error(
            rule::json_type, pointer,
            fmt::format("the type of the property is incorrect: expected type 'object', but value is of type '{}'",
                        json_type(item)));
        return;
    }
    std::vector<Parameter> shared;
    collect(item, pointer, shared);
    for (const auto& [key, value] : item.items()) {
        const auto below = fmt::format("{}/{}", pointer, pointer_token(key));
        if (std::find(methods.begin(), methods.end(), key) != methods.end())
            operation(name, key, value, below, shared);
        else if (key != "parameters" && key != "$ref" && key.substr(0, 2) != "x-")
            findings_.error(rule::extension_name, below, fmt::format("the property '{}' is not valid", key))
                .notes.push_back("if this property is an extension, its name must begin with \"x-\"");
    }
}

void OperationsCheck::run() {
    const auto paths = document_.find("paths");
    if (paths == document_.end() || !paths->is_object()) return;
    for (const auto& [name, item] : paths->items()) path(name, item);
    if (operations_ == 0 && !found_path_)
        findings_.error("RG0613", "/paths", "the file describes no operation").help =
            "a connector without operations can do nothing";
    if (operations_ > max_operations)
        findings_
            .error(rule::operations, "/paths",
                   fmt::format("a connector has at most {} operations, not {}", max_operations, operations_))
            .help = "split the file into several connectors, or remove what nobody calls";
}

}  // namespace

void check_openapi_operations(const nlohmann::json& document, OpenApiFindings& findings) {
    OperationsCheck(document, findings).run();
}

}  // namespace regent::manifest
