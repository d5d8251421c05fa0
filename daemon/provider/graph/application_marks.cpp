#include "provider/graph/application_marks.hpp"

#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "provider/graph/digest.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::provider::graph {
namespace {

constexpr std::string_view owner_prefix = "regent:owner:", name_prefix = "regent:name:", from_prefix = "regent:from:",
                           prevent_delete_tag = "regent:preventDelete",
                           on_removal_prefix = "regent:onRemoval:", logo_prefix = "regent:logo:";
constexpr std::string_view contributes = "contributes:", logo_mark = "logo:";

bool begins(const std::string& text, std::string_view prefix) {
    return text.compare(0, prefix.size(), prefix) == 0;
}

/// "owner.environment.name": three parts or more.
bool looks_like_a_key(const std::string& unique_name) {
    return std::count(unique_name.begin(), unique_name.end(), '.') >= 2;
}

/// Everything that can have been contributed, as the mark says it: "redirectUris.web:https://…".
std::vector<std::string> contributable(const model::Map& attributes) {
    std::vector<std::string> all;
    for (const auto path :
         {model::path::redirect_uris_web, model::path::redirect_uris_spa, model::path::redirect_uris_native}) {
        const auto it = attributes.find(path);
        const auto* list = it == attributes.end() ? nullptr : it->second.as_list();
        if (list == nullptr) continue;
        for (const auto& element : *list) all.push_back(std::string(path) + ":" + element.text_or({}));
    }
    const auto it = attributes.find(model::path::federated_credentials);
    if (const auto* map = it == attributes.end() ? nullptr : it->second.as_map()) {
        for (const auto& [name, element] : *map)
            all.push_back(std::string(model::path::federated_credentials) + ":" + name);
    }
    return all;
}

}  // namespace

std::string owner_tag(const Identity& identity) {
    return std::string(owner_prefix) + identity.owner + "." + identity.environment;
}
std::string name_tag(const std::string& name) {
    return std::string(name_prefix) + name;
}

TagFacts read_tags(const nlohmann::json& application) {
    TagFacts facts;
    const auto tags = application.find("tags");
    if (tags == application.end() || !tags->is_array()) return facts;
    for (const auto& entry : *tags) {
        if (!entry.is_string()) continue;
        const auto tag = entry.get<std::string>();
        facts.any_of_regent = facts.any_of_regent || begins(tag, tag_prefix);
        if (begins(tag, owner_prefix)) {
            facts.owner = tag.substr(owner_prefix.size());
        } else if (begins(tag, name_prefix)) {
            facts.name = tag.substr(name_prefix.size());
        } else if (begins(tag, from_prefix)) {
            facts.digests.push_back(tag.substr(from_prefix.size()));
        } else if (begins(tag, logo_prefix)) {
            facts.logo = tag.substr(logo_prefix.size());
        } else if (tag == prevent_delete_tag) {
            facts.prevent_delete = true;
        } else if (begins(tag, on_removal_prefix)) {
            facts.on_removal = tag.substr(on_removal_prefix.size());
        } else if (!begins(tag, tag_prefix)) {
            facts.others.push_back(tag);
        }
    }
    return facts;
}

std::string owner_of(const nlohmann::json& application, const TagFacts& facts) {
    if (!facts.owner.empty()) return facts.owner;
    const auto unique_name = member_text(application, "uniqueName");
    if (!facts.any_of_regent || !looks_like_a_key(unique_name)) return {};
    return unique_name.substr(0, unique_name.rfind('.'));
}

bool is_ours(const TagFacts& facts, const Identity& identity) {
    return lower_case(facts.owner) == lower_case(identity.owner + "." + identity.environment);
}

std::string name_of(const nlohmann::json& application, const Identity& identity) {
    const auto prefix = identity.key_of({std::string(model::kind::application), {}});
    const auto unique_name = lower_case(member_text(application, "uniqueName"));
    if (unique_name.size() > prefix.size() && unique_name.starts_with(prefix)) return unique_name.substr(prefix.size());
    return read_tags(application).name;
}

model::List marks_of(const TagFacts& facts, const model::Map& attributes) {
    model::List marks;
    if (facts.prevent_delete) marks.emplace_back("preventDelete");
    if (!facts.on_removal.empty()) marks.emplace_back("onRemoval:" + facts.on_removal);
    if (!facts.logo.empty()) marks.emplace_back(std::string(logo_mark) + facts.logo);
    const auto candidates = contributable(attributes);
    for (const auto& digest : facts.digests) {
        const auto it = std::find_if(candidates.begin(), candidates.end(),
                                     [&](const auto& text) { return short_digest(text) == digest; });
        marks.emplace_back(std::string(contributes) + (it == candidates.end() ? "?:" + digest : *it));
    }
    return marks;
}

std::vector<std::string> tags_for(const std::vector<std::string>& others, const model::Value* marks,
                                  const Identity& identity, const std::string& name_beside_foreign_key) {
    std::vector<std::string> tags;
    const auto add = [&](std::string tag) {
        if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(std::move(tag));
    };
    for (const auto& tag : others) {
        if (!begins(tag, tag_prefix)) add(tag);
    }
    add(owner_tag(identity));
    if (!name_beside_foreign_key.empty()) add(name_tag(name_beside_foreign_key));
    const auto* list = marks == nullptr ? nullptr : marks->as_list();
    if (list == nullptr) return tags;
    for (const auto& value : *list) {
        const auto mark = value.text_or({});
        if (mark == "preventDelete") add(std::string(prevent_delete_tag));
        if (mark == model::mark::kept_on_removal || mark == model::mark::deleted_on_removal)
            add(std::string(tag_prefix) + mark);
        if (begins(mark, logo_mark)) add(std::string(logo_prefix) + mark.substr(logo_mark.size()));
        if (begins(mark, contributes)) add(std::string(from_prefix) + short_digest(mark.substr(contributes.size())));
    }
    return tags;
}

}  // namespace regent::provider::graph
