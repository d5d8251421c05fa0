#include "simulator/swagger.hpp"

#include "simulator/members.hpp"
#include "simulator/swagger_check.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::size_t longest_summary = 80;

}  // namespace

void SwaggerFindings::missing(const std::string& pointer, std::string_view name) {
    add(pointer, fmt::format("The '{}' property is required.", name));
}

bool SwaggerFindings::is(const std::string& pointer, const json& value, std::string_view type) {
    if (value.type_name() == type) return true;
    add(pointer, fmt::format("The type of the property is incorrect. Expected type '{}', but value is of type '{}'.",
                             type, value.type_name()));
    return false;
}

std::string pointer_to(const std::string& parent, std::string_view member) {
    std::string escaped;
    for (const char c : member) {
        if (c == '~') {
            escaped += "~0";
        } else if (c == '/') {
            escaped += "~1";
        } else {
            escaped += c;
        }
    }
    return parent.empty() ? escaped : parent + "/" + escaped;
}

void check_members(const json& object, const std::string& pointer, std::initializer_list<std::string_view> known,
                   SwaggerFindings& findings) {
    for (const auto& member : object.items()) {
        const auto& name = member.key();
        if (starts_with(name, "x-") || std::find(known.begin(), known.end(), name) != known.end()) continue;
        findings.add(
            pointer_to(pointer, name),
            fmt::format(
                "The property '{}' is not valid. If this property is an extension, its name must begin with \"x-\".",
                name));
    }
}

void each_operation(const json& document, const OperationVisitor& visit) {
    const auto paths = document.find("paths");
    if (paths == document.end() || !paths->is_object()) return;
    for (const auto& [path, item] : paths->items()) {
        if (!item.is_object()) continue;
        for (const auto* verb : {"get", "put", "post", "delete", "options", "head", "patch"}) {
            const auto operation = item.find(verb);
            if (operation == item.end() || !operation->is_object()) continue;
            visit(path, verb, item, *operation, pointer_to(pointer_to("paths", path), verb));
        }
    }
}

bool is_supported_mime_type(const std::string& type) {
    const auto bare = lower(type.substr(0, type.find(';')));
    return bare == "application/json" || bare == "text/plain" || bare == "multipart/form-data" ||
           bare == "application/x-www-form-urlencoded";
}

std::vector<SwaggerFinding> swagger_errors(const json& document, const SwaggerRules& rules) {
    SwaggerFindings findings(rules.documented);
    if (!document.is_object()) {
        findings.add("", "The definition is not a JSON object.");
        return findings.take();
    }
    if (document.dump().size() >= max_definition_bytes) findings.add("", "The definition must be smaller than 1 MB.");
    check_swagger_frame(document, rules, findings);
    check_swagger_operations(document, rules, findings);
    check_swagger_references(document, findings);
    return findings.take();
}

std::vector<SwaggerFinding> swagger_warnings(const json& document) {
    SwaggerFindings findings;
    for (const auto* member : {"consumes", "produces"}) {
        const auto types = document.find(member);
        if (types == document.end() || !types->is_array()) continue;
        for (const auto& type : *types) {
            if (type.is_string() && !is_supported_mime_type(type)) {
                findings.add(member, fmt::format("The MIME type '{}' is not supported.", type.get<std::string>()));
            }
        }
    }
    each_operation(document, [&](const auto& path, const auto&, const auto&, const json& operation,
                                 const auto& pointer) {
        const auto summary = text(operation, "summary");
        if (summary.empty()) findings.add(pointer, "The operation 'summary' property is required.");
        if (summary.size() > longest_summary) {
            findings.add(pointer, fmt::format("The operation summary has {} characters, at most {} are allowed.",
                                              summary.size(), longest_summary));
        }
        std::size_t with_schema = 0;
        const auto responses = operation.value("responses", json::object());
        for (const auto& [code, response] : responses.items()) {
            const bool has_schema = response.is_object() && response.contains("schema");
            with_schema += has_schema && code != "default" ? 1 : 0;
            if (code == "default" && has_schema)
                findings.add(pointer + "/responses/default", "The default response should not have a schema.");
        }
        if (with_schema > 1) findings.add(pointer, "The operation has more than one response with a schema.");
        for (const auto& parameter : operation.value("parameters", json::array())) {
            if (parameter.is_object() && text(parameter, "in") == "path" && !parameter.contains("x-ms-url-encoding")) {
                findings.add(pointer, fmt::format("The path parameter '{}' of '{}' should have 'x-ms-url-encoding'.",
                                                  text(parameter, "name"), path));
            }
        }
    });
    return findings.take();
}

std::string swagger_report(const std::vector<SwaggerFinding>& findings, const char* kind) {
    std::string report;
    for (const auto& finding : findings)
        report += fmt::format("{} : {} : {}\r\n", kind, finding.pointer, finding.message);
    return report;
}

std::string gateway_host() {
    return "europe-002.azure-apim.net";
}
std::string gateway_path(const std::string& bare_name) {
    return "/apim/" + bare_name;
}

json proxied_swagger(const json& document, const std::string& bare_name) {
    auto proxied = document.is_object() ? document : json::object();
    proxied["host"] = gateway_host();
    proxied["basePath"] = gateway_path(bare_name);
    proxied["schemes"] = {"https"};
    for (const auto* member : {"paths", "definitions", "parameters", "responses", "securityDefinitions"}) {
        if (!proxied.contains(member)) proxied[member] = json::object();
    }
    for (const auto* member : {"consumes", "produces", "security", "tags"}) {
        if (!proxied.contains(member)) proxied[member] = json::array();
    }
    each_operation(document,
                   [&](const std::string& path, const std::string& verb, const auto&, const auto&, const auto&) {
                       auto& tags = proxied["paths"][path][verb]["tags"];
                       if (!tags.is_array()) tags = json::array();
                       tags.push_back(bare_name);
                   });
    return proxied;
}

}  // namespace regent::simulator
