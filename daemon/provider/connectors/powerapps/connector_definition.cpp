#include "provider/connectors/powerapps/connector_definition.hpp"

#include "provider/connectors/service_url.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace regent::provider::powerapps {
namespace {

using nlohmann::json;

std::string text(const json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void take_tag(json& definition, const std::string& tag) {
    const auto paths = definition.find("paths");
    if (paths == definition.end() || !paths->is_object()) return;
    for (auto& path : *paths) {
        if (!path.is_object()) continue;
        for (auto& operation : path) {
            const auto tags = operation.is_object() ? operation.find("tags") : json::iterator{};
            if (!operation.is_object() || tags == operation.end() || !tags->is_array()) continue;
            const auto before = tags->size();
            for (auto it = tags->begin(); it != tags->end();) it = *it == tag ? tags->erase(it) : std::next(it);
            if (tags->empty() && before > 0) operation.erase("tags");
        }
    }
}

void take_gateway(json& definition, std::string_view url) {
    const auto host = text(definition, "host");
    const bool is_gateway = ends_with(host, ".azure-apim.net") || ends_with(host, ".azure-apihub.net");
    if (is_gateway && text(definition, "basePath").rfind("/apim/", 0) == 0)
        connectors::put_service_url(definition, url);
}

}  // namespace

void undo_service_changes(json& definition, std::string_view connector_name, std::string_view service_url) {
    if (!definition.is_object()) return;
    constexpr std::string_view prefix = "shared_";
    take_tag(definition,
             std::string(connector_name.rfind(prefix, 0) == 0 ? connector_name.substr(prefix.size()) : connector_name));
    take_gateway(definition, service_url);
}

}  // namespace regent::provider::powerapps
