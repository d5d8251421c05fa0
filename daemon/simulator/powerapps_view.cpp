#include "simulator/powerapps_view.hpp"

#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_names.hpp"
#include "simulator/powerapps_oauth.hpp"
#include "simulator/swagger.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace regent::simulator {
namespace {

using nlohmann::json;

struct BuiltIn {
    const char* name;
    const char* title;
    const char* tier;
};
constexpr std::array well_known{
    BuiltIn{"shared_office365", "Office 365 Outlook", "Standard"},
    BuiltIn{"shared_sharepointonline", "SharePoint", "Standard"}, BuiltIn{"shared_sql", "SQL Server", "Premium"},
    BuiltIn{"shared_teams", "Microsoft Teams", "Standard"}, BuiltIn{"shared_msnweather", "MSN Weather", "Standard"}};

std::string built_in_name(std::size_t index) {
    return index < well_known.size() ? well_known[index].name : fmt::format("shared_builtin{:04}", index);
}

std::string with_line_ends(const std::string& text, const PowerAppsSwitches& switches) {
    std::string out = switches.definition_bom ? "\xEF\xBB\xBF" : "";
    for (const char c : text) {
        if (c == '\n' && switches.definition_crlf) out += '\r';
        out += c;
    }
    return out;
}

std::optional<Blob> stored_blob(const json& record, const char* member) {
    const auto found = record.find(member);
    if (found == record.end() || !found->is_object()) return std::nullopt;
    const auto content = base64_decoded(text_of(*found, "base64"));
    if (!content) return std::nullopt;
    return Blob{*content, text_of(*found, "contentType")};
}

}  // namespace

json ConnectorView::shown(const json& record, bool whole) const {
    const auto name = text_of(record, "name");
    const std::string bare(bare_connector_name(name));
    auto properties = record.at("properties");
    const auto visible_at = parse_time(text_of(record, "_subjectVisibleAt"));
    show_oauth(properties, !visible_at || *visible_at <= now, switches);
    if (record.contains("_icon")) properties["iconUri"] = blobs.address_of(base_url, container::icons, bare + ".png");
    if (record.contains("_script"))
        properties["scriptDefinitionUrl"] = blobs.address_of(base_url, container::scripts, bare + ".csx");
    const auto runtime = "https://" + gateway_host() + gateway_path(bare);
    properties["runtimeUrls"] = {runtime};
    properties["primaryRuntimeUrl"] = runtime;
    properties["apiDefinitions"] = {
        {"originalSwaggerUrl", blobs.address_of(base_url, container::definitions, bare + ".json_original")},
        {"modifiedSwaggerUrl", blobs.address_of(base_url, container::definitions, bare + ".json")}};
    if (whole) properties["swagger"] = proxied_swagger(record.at("openApiDefinition"), bare);
    return {{"name", name},
            {"id", "/providers/Microsoft.PowerApps/apis/" + name},
            {"type", "Microsoft.PowerApps/apis"},
            {"properties", std::move(properties)}};
}

std::optional<Blob> blob_of(const json& record, const std::string& container, const std::string& ending,
                            const PowerAppsSwitches& switches) {
    if (container == container::icons) return ending == ".png" ? stored_blob(record, "_icon") : std::nullopt;
    if (container == container::scripts) return ending == ".csx" ? stored_blob(record, "_script") : std::nullopt;
    if (container != container::definitions) return std::nullopt;
    if (ending == ".json_original") return Blob{with_line_ends(record.at("openApiDefinition").dump(2), switches)};
    if (ending != ".json") return std::nullopt;
    const std::string bare(bare_connector_name(text_of(record, "name")));
    return Blob{with_line_ends(proxied_swagger(record.at("openApiDefinition"), bare).dump(2), switches)};
}

std::vector<json> built_in_connectors(long count) {
    std::vector<json> list;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const auto name = built_in_name(i);
        list.push_back(
            {{"name", name},
             {"id", "/providers/Microsoft.PowerApps/apis/" + name},
             {"type", "Microsoft.PowerApps/apis"},
             {"properties",
              {{"displayName", i < well_known.size() ? well_known[i].title : fmt::format("Built-in connector {}", i)},
               {"description", "A connector of Microsoft's"},
               {"iconUri",
                fmt::format("https://connectoricons-prod.azureedge.net/{}/icon.png", bare_connector_name(name))},
               {"iconBrandColor", "#0078d4"},
               {"apiEnvironment", "Shared"},
               {"isCustomApi", false},
               {"connectionParameters", json::object()},
               {"runtimeUrls",
                json::array({fmt::format("https://{}/apim/{}", gateway_host(), bare_connector_name(name))})},
               {"metadata", {{"source", "marketplace"}, {"brandColor", "#0078d4"}, {"allowSharing", false}}},
               {"capabilities", {"actions"}},
               {"tier", i < well_known.size() ? well_known[i].tier : "Standard"},
               {"publisher", "Microsoft"},
               {"createdTime", "2016-10-01T00:00:00.0000000Z"},
               {"changedTime", "2026-01-01T00:00:00.0000000Z"}}}});
    }
    return list;
}

bool is_built_in_connector(const std::string& name, long count) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        if (same_text(built_in_name(i), name)) return true;
    }
    return false;
}

}  // namespace regent::simulator
