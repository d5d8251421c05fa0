#include "manifest/openapi_rules.hpp"

#include "manifest/solution_variables.hpp"
#include "model/variable_reference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

// https://swagger.io/specification/v2/#swagger-object
constexpr std::array root_properties = {
    SwaggerMember{"swagger", "string"},      SwaggerMember{"info", "object"},
    SwaggerMember{"host", "string"},         SwaggerMember{"basePath", "string"},
    SwaggerMember{"schemes", "array"},       SwaggerMember{"consumes", "array"},
    SwaggerMember{"produces", "array"},      SwaggerMember{"paths", "object"},
    SwaggerMember{"definitions", "object"},  SwaggerMember{"parameters", "object"},
    SwaggerMember{"responses", "object"},    SwaggerMember{"securityDefinitions", "object"},
    SwaggerMember{"security", "array"},      SwaggerMember{"tags", "array"},
    SwaggerMember{"externalDocs", "object"},
};

class DocumentCheck {
public:
    DocumentCheck(const OpenApiDocument& document, const OpenApiRequest& request, OpenApiFindings& findings)
        : json_(document.json), request_(request), findings_(findings) {}

    void run();

private:
    bool version();
    void info();
    void host();
    void base_path();
    bool names_variables(const Json& text, const std::string& pointer);
    void schemes();
    void security();
    void operations_security();
    void requirement(const Json& requirement, const std::string& pointer);

    const Json& json_;
    const OpenApiRequest& request_;
    OpenApiFindings& findings_;
};

// The version decides what everything else means: without it, the rest would be noise.
bool DocumentCheck::version() {
    if (!json_.is_object()) {
        findings_.error("RG0603", "", fmt::format("the OpenAPI file `{}` is no object", request_.file)).help =
            "it begins with `\"swagger\": \"2.0\"`";
        return false;
    }
    const auto version = json_.find("swagger");
    if (version != json_.end() && *version == "2.0") return true;
    if (json_.contains("openapi")) {
        auto& d = findings_.error(rule::version, "/openapi", "custom connectors take OpenAPI 2.0, not 3");
        d.notes.push_back("the 'swagger' property must have the string value \"2.0\"");
        d.help = "convert the file to OpenAPI 2.0 (Swagger)";
        return false;
    }
    auto& d = findings_.error(rule::version, version == json_.end() ? "" : "/swagger",
                              "the 'swagger' property must have the string value \"2.0\"");
    if (version != json_.end() && version->is_number()) d.help = "put it in quotes: `\"2.0\"`";
    if (version == json_.end()) d.help = fmt::format("is `{}` an OpenAPI file?", request_.file);
    return false;
}

void DocumentCheck::info() {
    const auto info = json_.find("info");
    if (info == json_.end()) {
        findings_.error(rule::required, "", "the 'info' property is required").help = "it holds `title` and `version`";
        return;
    }
    if (!info->is_object()) return;
    for (const char* name : {"title", "version"}) {
        const auto value = info->find(name);
        if (value == info->end()) {
            findings_.error(rule::required, "/info", fmt::format("the '{}' property is required", name));
        } else if (!value->is_string()) {
            auto& d = findings_.error(
                rule::json_type, fmt::format("/info/{}", name),
                fmt::format("the type of the property is incorrect: expected type 'string', but value is of type '{}'",
                            json_type(*value)));
            d.help = "put it in quotes";
        } else if (value->get_ref<const std::string&>().empty()) {
            findings_
                .error(rule::required, fmt::format("/info/{}", name),
                       fmt::format("the '{}' property is required", name))
                .label = "empty";
        }
    }
}

// As the validator has it: ^[^{}/ :\\]+(?::\d+)?$
bool is_host(std::string_view host) {
    const auto colon = host.find(':');
    const auto name = host.substr(0, colon);
    if (name.empty() || name.find_first_of("{}/ \\") != std::string_view::npos) return false;
    if (colon == std::string_view::npos) return true;
    const auto port = host.substr(colon + 1);
    return !port.empty() && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether a text is not for other rules to look at: the service puts the values of variables in first.
bool DocumentCheck::names_variables(const Json& text, const std::string& pointer) {
    const auto& words = text.get_ref<const std::string&>();
    if (!model::mentions_variable(words)) return false;
    if (const auto mistake = variable_mistake(words, request_.in_solution))
        mistake->say(findings_.error(VariableMistake::code, pointer, mistake->message));
    return true;
}

void DocumentCheck::host() {
    if (request_.host) return;  // checked where it is written
    const auto host = json_.find("host");
    if (host == json_.end()) {
        auto& d = findings_.error(rule::required, "", "the 'host' property is required");
        d.notes.push_back(
            "the connector sends its requests there; the service accepts a file without it and makes a connector that "
            "reaches nothing");
        d.help = "add it to the file, or write `host` in the Connector's `spec`";
    } else if (host->is_string() && !names_variables(*host, "/host") && !is_host(host->get_ref<const std::string&>())) {
        auto& d = findings_.error(rule::host, "/host",
                                  "the 'host' property, if present, must be a valid URI host without a scheme or path");
        d.help = "for example \"management.azure.com\"";
    }
}

void DocumentCheck::base_path() {
    const auto base = json_.find("basePath");
    if (request_.base_path || base == json_.end() || !base->is_string()) return;
    const auto& text = base->get_ref<const std::string&>();
    if ((!text.empty() && text.front() == '/' && !model::mentions_variable(text)) ||
        names_variables(*base, "/basePath"))
        return;
    findings_
        .error(rule::base_path, "/basePath", "the 'basePath' property, if present, must start with a '/' character")
        .help = fmt::format("write \"/{}\"", text);
}

void DocumentCheck::schemes() {
    const auto schemes = json_.find("schemes");
    if (schemes == json_.end() || !schemes->is_array()) return;
    if (schemes->empty())
        findings_.error(rule::schemes_empty, "/schemes", "the 'schemes' array requires at least one value").help =
            "write [\"https\"]";
    for (std::size_t i = 0; i < schemes->size(); ++i) {
        const auto& scheme = (*schemes)[i];
        const auto pointer = fmt::format("/schemes/{}", i);
        if (scheme == "ws" || scheme == "wss")
            findings_.error(rule::scheme, pointer, "WebSocket schemes are not supported");
        else if (scheme != "http" && scheme != "https")
            findings_.error(rule::scheme, pointer, "a scheme is \"http\" or \"https\"");
    }
}

void DocumentCheck::requirement(const Json& wanted, const std::string& pointer) {
    if (!wanted.is_object()) return;
    static const Json none = Json::object();
    const auto there = json_.find("securityDefinitions");
    const auto& definitions = there == json_.end() ? none : *there;
    for (const auto& [name, scopes] : wanted.items()) {
        const auto below = fmt::format("{}/{}", pointer, pointer_token(name));
        const auto definition = definitions.is_object() ? definitions.find(name) : definitions.end();
        if (!definitions.is_object() || definition == definitions.end()) {
            findings_.published(
                rule::security, below,
                fmt::format("the security requirement '{}' is not among the 'securityDefinitions'", name));
            continue;
        }
        if (!definition->is_object() || definition->value("type", Json()) != "oauth2" || !scopes.is_array()) continue;
        const auto known = definition->value("scopes", Json::object());
        for (const auto& scope : scopes)
            if (scope.is_string() && (!known.is_object() || !known.contains(scope.get_ref<const std::string&>())))
                findings_.published(rule::security_scope, below,
                                    fmt::format("the scope '{}' is not among the scopes of '{}'",
                                                scope.get_ref<const std::string&>(), name));
    }
}

void DocumentCheck::operations_security() {
    const auto paths = json_.find("paths");
    if (paths == json_.end() || !paths->is_object()) return;
    for (const auto& [path, item] : paths->items()) {
        if (!item.is_object()) continue;
        for (const auto& [method, operation] : item.items()) {
            if (!operation.is_object()) continue;
            const auto all = operation.find("security");
            if (all == operation.end() || !all->is_array()) continue;
            const auto pointer = fmt::format("/paths/{}/{}/security", pointer_token(path), method);
            for (std::size_t i = 0; i < all->size(); ++i) requirement((*all)[i], fmt::format("{}/{}", pointer, i));
        }
    }
}

void DocumentCheck::security() {
    if (const auto all = json_.find("security"); all != json_.end() && all->is_array())
        for (std::size_t i = 0; i < all->size(); ++i) requirement((*all)[i], fmt::format("/security/{}", i));
    operations_security();
    const auto definitions = json_.find("securityDefinitions");
    if (definitions == json_.end() || !definitions->is_object() || definitions->empty()) return;
    const auto& first = definitions->begin();
    const auto type = first->is_object() ? first->value("type", Json("")) : Json("");
    const bool has_sign_in = request_.adds_entra_security || request_.signs_in_elsewhere;
    if (request_.adds_entra_security && type != "oauth2") {
        auto& d =
            findings_.warning("RG0511", "/securityDefinitions",
                              "the Connector signs in with Entra ID, but the file describes another way to sign in");
        d.notes.push_back(
            fmt::format("its first security definition, '{}', is of type {}; the service uses the first one",
                        first.key(), type.dump()));
        d.help = "remove `securityDefinitions` and `security` from the file: regent adds what Entra ID needs";
    }
    if (!has_sign_in) {
        auto& d = findings_.warning("RG0510", "/securityDefinitions",
                                    "the file describes how to sign in, but the Connector has no `auth`");
        d.notes.push_back("connections will send no token");
        d.help = "add `auth` to the Connector's `spec`";
    }
}

void DocumentCheck::run() {
    if (!version()) return;
    check_members(json_, "", root_properties, findings_);
    info();
    host();
    base_path();
    schemes();
    check_openapi_mime_types(json_, findings_);
    security();
    if (!json_.contains("paths")) findings_.error(rule::required, "", "the 'paths' property is required");
    check_openapi_operations(json_, findings_);
    check_openapi_references(json_, findings_);
}

}  // namespace

model::Diagnostic& OpenApiFindings::error(std::string_view code, const std::string& pointer, std::string message) {
    auto& d = diagnostics_.emplace_back();
    d.code = code;
    d.message = std::move(message);
    d.span = document_.span_of(pointer);
    if (d.span.known()) return d;
    d.span = request_.manifest_span;
    d.notes.push_back(pointer.empty() ? fmt::format("in `{}`", request_.file)
                                      : fmt::format("in `{}`, at {}", request_.file, pointer));
    return d;
}

model::Diagnostic& OpenApiFindings::warning(std::string_view code, const std::string& pointer, std::string message) {
    auto& d = error(code, pointer, std::move(message));
    d.severity = model::Severity::warning;
    return d;
}

model::Diagnostic& OpenApiFindings::error(const SwaggerRule& rule, const std::string& pointer, std::string message) {
    auto& d = error(rule.code, pointer, std::move(message));
    d.notes.push_back(fmt::format("the service's validator calls this rule {}", rule.name));
    return d;
}

model::Diagnostic& OpenApiFindings::warning(const SwaggerRule& rule, const std::string& pointer, std::string message) {
    auto& d = error(rule, pointer, std::move(message));
    d.severity = model::Severity::warning;
    return d;
}

model::Diagnostic& OpenApiFindings::published(const SwaggerRule& rule, const std::string& pointer,
                                              std::string message) {
    auto& d = warning(rule, pointer, std::move(message));
    d.notes.push_back("the service's documentation forbids it; connectors that are in use do it all the same");
    return d;
}

std::string_view json_type(const nlohmann::json& value) {
    if (value.is_object()) return "object";
    if (value.is_array()) return "array";
    if (value.is_string()) return "string";
    if (value.is_boolean()) return "boolean";
    if (value.is_number_integer()) return "integer";
    return value.is_number() ? "number" : "null";
}

void check_openapi(const OpenApiDocument& document, const OpenApiRequest& request, model::Diagnostics& diagnostics) {
    OpenApiFindings findings(document, request, diagnostics);
    DocumentCheck(document, request, findings).run();
}

}  // namespace regent::manifest
