#include "formats/sarif.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace regent::formats {
namespace {

using Json = nlohmann::ordered_json;

std::string_view word_for(SarifLevel level) {
    switch (level) {
        case SarifLevel::error:
            return "error";
        case SarifLevel::warning:
            return "warning";
        case SarifLevel::note:
            return "note";
    }
    return "error";
}

/// A path is a relative URI reference: what has a meaning there is written as percent and hexadecimal.
/// https://www.rfc-editor.org/rfc/rfc3986#section-2.3
std::string uri_of(const std::string& path) {
    std::string uri;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos;
        uri += plain && byte < 0x80 ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return uri;
}

Json location(const model::Span& span) {
    Json physical{{"artifactLocation", {{"uri", uri_of(span.file)}, {"uriBaseId", "%SRCROOT%"}}}};
    if (span.known()) {
        Json region{{"startLine", span.line}};
        if (span.column != 0) region["startColumn"] = span.column;
        if (span.end_line >= span.line && span.end_line != 0) region["endLine"] = span.end_line;
        if (span.end_column != 0 && span.column != 0 && (span.end_line > span.line || span.end_column > span.column))
            region["endColumn"] = span.end_column;
        physical["region"] = std::move(region);
    }
    return {{"physicalLocation", std::move(physical)}};
}

Json result_json(const SarifResult& result, std::size_t rule_index) {
    Json json{{"ruleId", result.rule_id},
              {"ruleIndex", rule_index},
              {"level", word_for(result.level)},
              {"message", {{"text", result.message}}}};
    json["locations"] = Json::array();
    if (!result.span.file.empty()) json["locations"].push_back(location(result.span));
    if (!result.related.empty()) json["relatedLocations"] = Json::array();
    for (const auto& [span, text] : result.related) {
        auto related = location(span);
        related["message"] = {{"text", text}};
        json["relatedLocations"].push_back(std::move(related));
    }
    return json;
}

Json rule_json(const SarifRule& rule) {
    Json json{{"id", rule.id}, {"shortDescription", {{"text", rule.title}}}};
    if (!rule.help.empty()) {
        json["fullDescription"] = {{"text", rule.help}};
        json["help"] = {{"text", rule.help}};
    }
    return json;
}

}  // namespace

std::string write_sarif(const std::string& tool_version, const std::vector<SarifRule>& rules,
                        const std::vector<SarifResult>& results) {
    std::vector<const SarifRule*> used;
    const auto index_of = [&](const std::string& id) {
        const auto is_it = [&](const auto* rule) { return rule->id == id; };
        auto it = std::find_if(used.begin(), used.end(), is_it);
        if (it == used.end()) {
            const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& r) { return r.id == id; });
            if (rule == rules.end()) return std::size_t{0};
            used.push_back(&*rule);
            it = std::prev(used.end());
        }
        return static_cast<std::size_t>(it - used.begin());
    };
    auto results_json = Json::array(), rules_json = Json::array();
    for (const auto& result : results) results_json.push_back(result_json(result, index_of(result.rule_id)));
    for (const auto* rule : used) rules_json.push_back(rule_json(*rule));
    const Json log{
        {"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"},
        {"version", "2.1.0"},
        {"runs",
         {{{"tool", {{"driver", {{"name", "regent"}, {"version", tool_version}, {"rules", std::move(rules_json)}}}}},
           {"columnKind", "unicodeCodePoints"},
           {"originalUriBaseIds", {{"%SRCROOT%", {{"description", {{"text", "The root of the git repository"}}}}}}},
           {"results", std::move(results_json)}}}}};
    return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace regent::formats
