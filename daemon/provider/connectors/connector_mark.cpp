#include "provider/connectors/connector_mark.hpp"

#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "plan/previous_names.hpp"
#include "provider/connectors/json_member.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::provider::connectors {
namespace {

constexpr const char* extension = "x-regent";

std::string marked_text(const nlohmann::json& object, const char* member) {
    const auto it = object.find(member);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

bool differs(const std::string& marked, const std::string& there) {
    return !marked.empty() && !there.empty() && !same_word(marked, there);
}

/// What is there counts: a title that a manifest no longer has is still the connector's.
std::string whereabouts_of(const plan::Step& step, std::string_view path) {
    if (step.observed && step.work != plan::Work::create) {
        if (auto there = text_of(step.observed->attributes, path); !there.empty()) return there;
    }
    return text_of(step.values, path);
}

}  // namespace

bool is_copied(const ConnectorMark& mark, const Whereabouts& there) {
    // An alias of the service's own for an environment says nothing.
    const bool names_environment = mark.environment.rfind('~', 0) != 0 && there.environment.rfind('~', 0) != 0;
    return (names_environment && differs(mark.environment, there.environment)) || differs(mark.title, there.title) ||
           differs(mark.connector, there.connector);
}

Named named(const ConnectorMark& mark, const model::Scope::Wanted& wanted) {
    if (mark.name == wanted.address.name) return Named::now;
    const auto& before = wanted.previous_names;
    return std::find(before.begin(), before.end(), mark.name) == before.end() ? Named::otherwise : Named::before;
}

void note_carried_name(const ConnectorMark& mark, model::ObservedResource& observed) {
    if (mark.name == observed.address.name) return;
    auto& marks = observed.attributes[std::string(model::path::marks)];
    auto list = marks.as_list() == nullptr ? model::List{} : *marks.as_list();
    list.emplace_back(std::string(model::mark::named) + mark.name);
    marks = std::move(list);
}

bool is_of(const ConnectorMark& mark, const plan::Step& step) {
    return mark.name == step.address.name || (step.observed && plan::carried_name(*step.observed) == mark.name);
}

std::optional<ConnectorMark> take_mark(nlohmann::json& definition) {
    if (!definition.is_object()) return std::nullopt;
    const auto it = definition.find(extension);
    if (it == definition.end()) return std::nullopt;
    const auto json = *it;
    definition.erase(it);
    if (!json.is_object()) return std::nullopt;
    ConnectorMark mark;
    mark.owner = marked_text(json, "owner");
    mark.name = marked_text(json, "name");
    mark.secret_key_id = marked_text(json, "secretKeyId");
    mark.secret_from = marked_text(json, "secretFrom");
    mark.saved_by = marked_text(json, "savedBy");
    mark.icon = marked_text(json, "icon");
    mark.script = marked_text(json, "script");
    mark.on_removal = marked_text(json, "onRemoval");
    mark.environment = marked_text(json, "environment");
    mark.title = marked_text(json, "title");
    mark.connector = marked_text(json, "connector");
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
    if (!mark.saved_by.empty()) json["savedBy"] = mark.saved_by;
    if (!mark.icon.empty()) json["icon"] = mark.icon;
    if (!mark.script.empty()) json["script"] = mark.script;
    if (!mark.environment.empty()) json["environment"] = mark.environment;
    if (!mark.title.empty()) json["title"] = mark.title;
    if (!mark.connector.empty()) json["connector"] = mark.connector;
    definition[extension] = std::move(json);
}

ConnectorMark mark_for(const plan::Step& step, const StepInput& input, const Identity& identity) {
    ConnectorMark mark;
    mark.owner = identity.owner + "." + identity.environment;
    mark.name = step.address.name;
    mark.secret_from = text_of(step.values, model::path::client_secret_from);
    mark.environment = whereabouts_of(step, model::path::environment);
    mark.title = whereabouts_of(step, model::path::display_name);
    mark.icon = model::digest_of_content(text_of(step.values, model::path::icon));
    mark.script = model::digest_of_content(text_of(step.values, model::path::script));
    const auto marks = step.values.find(model::path::marks);
    const auto* list = marks == step.values.end() ? nullptr : marks->second.as_list();
    if (list != nullptr) {
        for (const auto& value : *list) {
            const auto text = value.text_or({});
            if (text == "preventDelete") mark.prevent_delete = true;
            if (text == model::mark::secret_in_doubt) mark.saved_by = nobody_knows;
            if (text == model::mark::kept_on_removal) mark.on_removal = "keep";
            if (text == model::mark::deleted_on_removal) mark.on_removal = "delete";
            if (text.rfind(model::mark::secret_key, 0) == 0)
                mark.secret_key_id = text.substr(model::mark::secret_key.size());
        }
    }
    const auto delivered = input.secret_key_ids.find(model::path::auth_client_secret);
    if (delivered != input.secret_key_ids.end()) mark.secret_key_id = delivered->second;
    return mark;
}

model::List marks_in(const std::optional<ConnectorMark>& mark) {
    model::List marks;
    if (mark && mark->prevent_delete) marks.emplace_back("preventDelete");
    if (mark && !mark->on_removal.empty()) marks.emplace_back("onRemoval:" + mark->on_removal);
    if (mark && !mark->secret_key_id.empty())
        marks.emplace_back(std::string(model::mark::secret_key) + mark->secret_key_id);
    if (mark && mark->secret_in_doubt && !mark->secret_key_id.empty())
        marks.emplace_back(std::string(model::mark::secret_in_doubt));
    return marks;
}

}  // namespace regent::provider::connectors
