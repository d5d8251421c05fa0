#include "simulator/swagger_check.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <cctype>

namespace regent::simulator {
namespace {

using nlohmann::json;

bool is_host(std::string_view host) {
    const auto colon = host.find(':');
    const auto name = host.substr(0, colon);
    if (name.empty() || name.find_first_of("{}/ \\") != std::string_view::npos) return false;
    if (colon == std::string_view::npos) return true;
    const auto port = host.substr(colon + 1);
    return !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
}

void check_info(const json& document, SwaggerFindings& findings) {
    const auto info = document.find("info");
    if (info == document.end()) return findings.missing("", "info");
    if (!findings.is("info", *info, "object")) return;
    check_members(*info, "info", {"title", "description", "termsOfService", "contact", "license", "version"}, findings);
    for (const auto* name : {"title", "version"}) {
        const auto value = info->find(name);
        if (value == info->end()) {
            findings.missing("info", name);
        } else if (findings.is(pointer_to("info", name), *value, "string") &&
                   value->get_ref<const std::string&>().empty()) {
            findings.missing("info", name);
        }
    }
}

void check_place(const json& document, SwaggerFindings& findings) {
    if (const auto host = document.find("host");
        host != document.end() && findings.is("host", *host, "string") && !is_host(host->get<std::string>())) {
        findings.add("host", "The 'host' property, if present, must be a valid URI host without a scheme or path.");
    }
    if (const auto path = document.find("basePath"); path != document.end() &&
                                                     findings.is("basePath", *path, "string") &&
                                                     !starts_with(path->get<std::string>(), "/")) {
        findings.add("basePath", "The 'basePath' property, if present, must start with a '/' character.");
    }
    const auto schemes = document.find("schemes");
    if (schemes == document.end() || !findings.is("schemes", *schemes, "array")) return;
    if (schemes->empty()) findings.add("schemes", "The 'schemes' array requires at least one value.");
    for (const auto& scheme : *schemes) {
        if (scheme == "http" || scheme == "https") continue;
        findings.add("schemes", scheme == "ws" || scheme == "wss"
                                    ? std::string("WebSocket schemes are not supported.")
                                    : fmt::format("The scheme {} is not supported.", scheme.dump()));
    }
}

void check_mime_types(const json& document, const SwaggerRules& rules, SwaggerFindings& findings) {
    for (const auto* member : {"consumes", "produces"}) {
        const auto types = document.find(member);
        if (types == document.end() || !findings.is(member, *types, "array")) continue;
        for (const auto& type : *types) {
            if (!findings.is(member, type, "string")) continue;
            if (rules.strict_mime_types && !is_supported_mime_type(type)) {
                findings.add(member, fmt::format("The MIME type '{}' is not supported.", type.get<std::string>()));
            }
        }
    }
}

void check_requirements(const json& requirements, const json& definitions, const std::string& pointer,
                        SwaggerFindings& findings) {
    if (!findings.is(pointer, requirements, "array")) return;
    for (const auto& requirement : requirements) {
        if (!findings.is(pointer, requirement, "object")) continue;
        for (const auto& [name, scopes] : requirement.items()) {
            const auto definition = definitions.find(name);
            if (definition == definitions.end()) {
                findings.add_documented(
                    pointer,
                    fmt::format("The security requirement '{}' must be defined in 'securityDefinitions'.", name));
                continue;
            }
            if (!scopes.is_array() || !definition->is_object() || definition->value("type", json()) != "oauth2")
                continue;
            const auto declared = definition->value("scopes", json::object());
            for (const auto& scope : scopes) {
                if (scope.is_string() && declared.is_object() && declared.contains(scope.get<std::string>())) continue;
                findings.add_documented(
                    pointer, fmt::format("The security requirement '{}' names the scope {}, which is not declared.",
                                         name, scope.dump()));
            }
        }
    }
}

void check_security(const json& document, SwaggerFindings& findings) {
    auto definitions = document.value("securityDefinitions", json::object());
    if (!findings.is("securityDefinitions", definitions, "object")) definitions = json::object();
    for (const auto& [name, definition] : definitions.items()) {
        const auto type = definition.is_object() ? definition.value("type", json()) : json();
        if (type == "basic" || type == "apiKey" || type == "oauth2") continue;
        findings.add(pointer_to("securityDefinitions", name),
                     "The 'type' property must be 'basic', 'apiKey' or 'oauth2'.");
    }
    if (document.contains("security")) check_requirements(document["security"], definitions, "security", findings);
    each_operation(document,
                   [&](const auto&, const auto&, const auto&, const json& operation, const std::string& pointer) {
                       if (operation.contains("security"))
                           check_requirements(operation["security"], definitions, pointer + "/security", findings);
                   });
}

}  // namespace

void check_swagger_frame(const json& document, const SwaggerRules& rules, SwaggerFindings& findings) {
    if (!document.contains("swagger")) {
        findings.missing("", "swagger");
    } else if (document["swagger"] != "2.0") {
        findings.add("swagger", "The 'swagger' property must have the string value \"2.0\".");
    }
    check_members(document, "",
                  {"swagger", "info", "host", "basePath", "schemes", "consumes", "produces", "paths", "definitions",
                   "parameters", "responses", "securityDefinitions", "security", "tags", "externalDocs"},
                  findings);
    check_info(document, findings);
    check_place(document, findings);
    check_mime_types(document, rules, findings);
    check_security(document, findings);
    for (const auto* member : {"definitions", "parameters", "responses"}) {
        if (document.contains(member)) findings.is(member, document[member], "object");
    }
    if (document.contains("tags")) findings.is("tags", document["tags"], "array");
}

}  // namespace regent::simulator
