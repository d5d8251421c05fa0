#include "provider/connectors/powerapps/connector_mark.hpp"

#include <nlohmann/json.hpp>

namespace regent::provider::powerapps {
namespace {

constexpr const char* extension = "x-regent";

std::string text(const nlohmann::json& object, const char* member) {
    const auto it = object.find(member);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

}  // namespace

std::optional<ConnectorMark> take_mark(nlohmann::json& definition) {
    if (!definition.is_object()) return std::nullopt;
    const auto it = definition.find(extension);
    if (it == definition.end()) return std::nullopt;
    const auto json = *it;
    definition.erase(it);
    if (!json.is_object()) return std::nullopt;
    ConnectorMark mark;
    mark.owner = text(json, "owner");
    mark.name = text(json, "name");
    mark.secret_key_id = text(json, "secretKeyId");
    mark.secret_from = text(json, "secretFrom");
    mark.icon = text(json, "icon");
    mark.script = text(json, "script");
    mark.on_removal = text(json, "onRemoval");
    if (const auto prevent = json.find("preventDelete"); prevent != json.end() && prevent->is_boolean()) {
        mark.prevent_delete = prevent->get<bool>();
    }
    if (mark.owner.empty() || mark.name.empty()) return std::nullopt;
    return mark;
}

void put_mark(nlohmann::json& definition, const ConnectorMark& mark) {
    nlohmann::json json{{"owner", mark.owner}, {"name", mark.name}};
    if (!mark.secret_key_id.empty()) json["secretKeyId"] = mark.secret_key_id;
    if (mark.prevent_delete) json["preventDelete"] = true;
    if (!mark.on_removal.empty()) json["onRemoval"] = mark.on_removal;
    if (!mark.secret_from.empty()) json["secretFrom"] = mark.secret_from;
    if (!mark.icon.empty()) json["icon"] = mark.icon;
    if (!mark.script.empty()) json["script"] = mark.script;
    definition[extension] = std::move(json);
}

}  // namespace regent::provider::powerapps
