#include "provider/connectors/logicapps/connector_tags.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace regent::provider::logicapps {
namespace {

using nlohmann::json;

constexpr std::string_view prefix = "regent-";

// Names of tags are compared without case, and a portal may write them in another one.
bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool has_tag(const json& tags, std::string_view name) {
    return tags.is_object() && std::any_of(tags.items().begin(), tags.items().end(),
                                           [&](const auto& entry) { return same_name(entry.key(), name); });
}

std::string value_of(const json& tags, std::string_view name) {
    for (const auto& [key, value] : tags.items()) {
        if (same_name(key, name) && value.is_string()) return value.get<std::string>();
    }
    return {};
}

}  // namespace

std::optional<connectors::ConnectorMark> take_tags_of_ours(json& tags) {
    if (!tags.is_object()) return std::nullopt;
    connectors::ConnectorMark mark;
    mark.owner = value_of(tags, "regent-owner");
    mark.name = value_of(tags, "regent-name");
    mark.secret_key_id = value_of(tags, "regent-secret-key");
    mark.secret_from = value_of(tags, "regent-secret-from");
    mark.on_removal = value_of(tags, "regent-on-removal");
    mark.prevent_delete = value_of(tags, "regent-prevent-delete") == "true";
    for (auto it = tags.begin(); it != tags.end();) {
        const bool ours = same_name(std::string_view(it.key()).substr(0, prefix.size()), prefix);
        it = ours ? tags.erase(it) : std::next(it);
    }
    if (mark.owner.empty() || mark.name.empty()) return std::nullopt;
    return mark;
}

void put_tags_of_ours(json& tags, const connectors::ConnectorMark& mark) {
    tags["regent-owner"] = mark.owner;
    tags["regent-name"] = mark.name;
    if (!mark.secret_key_id.empty()) tags["regent-secret-key"] = mark.secret_key_id;
    if (!mark.secret_from.empty()) tags["regent-secret-from"] = mark.secret_from;
    if (!mark.on_removal.empty()) tags["regent-on-removal"] = mark.on_removal;
    if (mark.prevent_delete) tags["regent-prevent-delete"] = "true";
}

model::List tags_of(const json& tags) {
    model::List set;
    if (!tags.is_object()) return set;
    for (const auto& [name, value] : tags.items())
        set.emplace_back(name + "=" + (value.is_string() ? value.get<std::string>() : value.dump()));
    return set;
}

json tags_from(const model::List& set) {
    auto tags = json::object();
    for (const auto& entry : set) {
        const auto& text = entry.text_or({});
        const auto equals = text.find('=');
        tags[text.substr(0, equals)] = equals == std::string::npos ? std::string{} : text.substr(equals + 1);
    }
    return tags;
}

json tags_left(const json& before, const json& wanted, const json& after) {
    auto left = json::object();
    if (!after.is_object()) return left;
    for (const auto& [name, value] : after.items()) {
        if (has_tag(before, name) && !has_tag(wanted, name)) left[name] = value;
    }
    return left;
}

}  // namespace regent::provider::logicapps
