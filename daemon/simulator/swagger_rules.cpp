#include "simulator/swagger_rules.hpp"

#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::size_t max_bytes = 1024 * 1024, max_operations = 256;
constexpr std::array verbs = {"get", "put", "post", "delete", "options", "head", "patch"};

class Checker {
public:
    explicit Checker(const json& document) : document_(document) {}

    std::vector<std::string> run() {
        if (!document_.is_object()) return {"Error :  : The definition is not a JSON object."};
        if (document_.dump().size() >= max_bytes) tell("", "The definition is larger than 1 MB.");
        if (document_.value("swagger", json()) != json("2.0"))
            tell("/swagger", "The 'swagger' property must have the string value \"2.0\".");
        check_root_members();
        check_info();
        check_place();
        check_paths();
        check_security();
        return std::move(errors_);
    }

private:
    void tell(const std::string& pointer, const std::string& message) {
        errors_.push_back(fmt::format("Error : {} : {}", pointer, message));
    }
    void required(const std::string& pointer, const std::string& name) {
        tell(pointer, fmt::format("The '{}' property is required.", name));
    }

    void check_root_members() {
        static const std::set<std::string> known{"swagger",     "info",       "host",        "basePath",
                                                 "schemes",     "consumes",   "produces",    "paths",
                                                 "definitions", "parameters", "responses",   "securityDefinitions",
                                                 "security",    "tags",       "externalDocs"};
        for (const auto& [name, value] : document_.items()) {
            if (known.contains(name) || starts_with(name, "x-")) continue;
            tell("/" + name, fmt::format("The property '{}' is not valid. If this property is an extension, its name "
                                         "must begin with \"x-\".",
                                         name));
        }
    }

    void check_info() {
        const auto info = document_.value("info", json());
        if (!info.is_object()) return required("", "info");
        for (const auto* name : {"title", "version"}) {
            if (!info.contains(name) || !info[name].is_string()) required("/info", name);
        }
    }

    void check_place() {
        if (document_.contains("host")) {
            const auto host = document_["host"].is_string() ? document_["host"].get<std::string>() : std::string("/");
            if (host.empty() || host.find_first_of("{}/ \\") != std::string::npos)
                tell("/host", "The 'host' property, if present, must be a valid URI host without a scheme or path.");
        }
        if (document_.contains("basePath") &&
            (!document_["basePath"].is_string() || !starts_with(document_["basePath"].get<std::string>(), "/"))) {
            tell("/basePath", "The 'basePath' property, if present, must start with a '/' character.");
        }
        if (!document_.contains("schemes")) return;
        if (!document_["schemes"].is_array() || document_["schemes"].empty())
            return tell("/schemes", "The 'schemes' array requires at least one value.");
        for (const auto& scheme : document_["schemes"]) {
            if (scheme != "https" && scheme != "http") tell("/schemes", "WebSocket schemes are not supported.");
        }
    }

    void check_paths() {
        if (!document_.contains("paths") || !document_["paths"].is_object()) return required("", "paths");
        std::set<std::string> paths;
        for (const auto& [path, item] : document_["paths"].items()) {
            std::string escaped;
            for (const char c : path)
                escaped += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
            const auto pointer = "/paths/" + escaped;
            if (!starts_with(path, "/")) tell(pointer, "The path is not valid, it must start with a '/' character.");
            if (path.find_first_of("?#") != std::string::npos)
                tell(pointer, "The path may not contain a query part or a fragment identifier.");
            if (!paths.insert(lower(path)).second) tell(pointer, "Paths must be unique, compared without case.");
            if (!item.is_object()) continue;
            for (const auto* verb : verbs) {
                if (item.contains(verb)) check_operation(pointer + "/" + verb, path, verb, item, item[verb]);
            }
        }
        if (operations_ > max_operations)
            tell("/paths",
                 fmt::format("The definition has {} operations; {} are allowed.", operations_, max_operations));
    }

    void check_operation(const std::string& pointer, const std::string& path, const std::string& verb, const json& item,
                         const json& operation) {
        ++operations_;
        const auto id = operation.is_object() && operation.value("operationId", json()).is_string()
                            ? operation["operationId"].get<std::string>()
                            : std::string{};
        if (id.empty()) {
            tell(pointer, "The operation 'operationId' property is required.");
        } else if (!operation_ids_.insert(id).second) {
            tell(pointer, fmt::format("The operationId '{}' is used multiple times.", id));
        }
        if (!operation.is_object() || !operation.value("responses", json()).is_object() ||
            operation["responses"].empty()) {
            tell(pointer, "The operation is not valid, it must contain at least one response definition.");
        }
        if (operation.is_object()) check_parameters(pointer, path, verb, item, operation);
    }

    json resolved(const json& parameter, const std::string& pointer) {
        if (!parameter.is_object() || !parameter.contains("$ref")) return parameter;
        const auto reference = parameter["$ref"].is_string() ? parameter["$ref"].get<std::string>() : std::string{};
        const auto name = reference.substr(reference.rfind('/') + 1);
        const auto shared = document_.value("parameters", json::object());
        if (starts_with(reference, "#/parameters/") && shared.contains(name)) return shared[name];
        tell(pointer, fmt::format("The parameter reference '{}' was not found.", reference));
        return json();
    }

    void check_parameters(const std::string& pointer, const std::string& path, const std::string& verb,
                          const json& item, const json& operation) {
        std::set<std::string> in_path;
        std::size_t bodies = 0;
        bool form = false;
        for (const auto* owner : {&item, &operation}) {
            for (const auto& given : owner->value("parameters", json::array())) {
                const auto parameter = resolved(given, pointer);
                if (!parameter.is_object()) continue;
                const auto name = parameter.value("name", ""), where = parameter.value("in", "");
                if (name == "connectionId") tell(pointer, "A parameter cannot be named as 'connectionId'.");
                if (where == "path") {
                    in_path.insert(name);
                    if (path.find("{" + name + "}") == std::string::npos)
                        tell(pointer,
                             fmt::format("The path parameter '{}' is not defined in the path template.", name));
                    if (parameter.value("required", false) != true)
                        tell(pointer, fmt::format("The path parameter '{}' must be required.", name));
                }
                bodies += where == "body" ? 1 : 0;
                form = form || where == "formData";
            }
        }
        if (bodies > 1) tell(pointer, "The operation contains multiple body parameters.");
        if (bodies > 0 && form) tell(pointer, "The operation contains both body and formData parameters.");
        if (verb == "get" && (bodies > 0 || form))
            tell(pointer, "A body or formData parameter is not allowed in a GET operation.");
        for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
            const auto name = path.substr(open + 1, path.find('}', open) - open - 1);
            if (!in_path.contains(name))
                tell(pointer, fmt::format("The path template variable '{}' has no parameter.", name));
        }
    }

    void check_security() {
        const auto definitions = document_.value("securityDefinitions", json::object());
        for (const auto& requirement : document_.value("security", json::array())) {
            if (!requirement.is_object()) continue;
            for (const auto& [name, scopes] : requirement.items()) {
                if (!definitions.contains(name))
                    tell("/security", fmt::format("The security requirement '{}' must be defined.", name));
            }
        }
    }

    const json& document_;
    std::vector<std::string> errors_;
    std::set<std::string> operation_ids_;
    std::size_t operations_ = 0;
};

}  // namespace

std::vector<std::string> swagger_errors(const json& document) {
    return Checker(document).run();
}

std::vector<std::string> certification_warnings(const json& document) {
    std::vector<std::string> warnings;
    if (!document.is_object() || !document.value("paths", json()).is_object()) return warnings;
    for (const auto& [path, item] : document["paths"].items()) {
        for (const auto* verb : verbs) {
            if (!item.is_object() || !item.contains(verb)) continue;
            const auto summary = item[verb].value("summary", "");
            if (summary.empty() || summary.size() > 80)
                warnings.push_back(
                    fmt::format("Warning : /paths/{}/{} : The summary must have 1 to 80 characters.", path, verb));
        }
    }
    return warnings;
}

}  // namespace regent::simulator
