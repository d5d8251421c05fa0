#include "provider/graph/application_marks.hpp"

#include "model/attributes.hpp"
#include "model/element_key.hpp"
#include "model/marks.hpp"
#include "provider/graph/digest.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::provider::graph {
namespace {

constexpr std::string_view owner_prefix = "regent:owner:", name_prefix = "regent:name:", from_prefix = "regent:from:",
                           granted_scope_prefix = "regent:granted:scope:", granted_role_prefix = "regent:granted:role:",
                           assigned_prefix = "regent:assigned:", prevent_delete_tag = "regent:preventDelete",
                           on_removal_prefix = "regent:onRemoval:", logo_prefix = "regent:logo:",
                           secret_of_others_prefix = "regent:secretOfOthers:";
constexpr std::string_view contributes = "contributes:", logo_mark = "logo:";
/// Before the digest of an element that was not read.
constexpr std::string_view unread_digest = "?";

/// What regent gave to others has tags of its own: they say, before anything is read, that there is something to read.
std::string_view tag_prefix_of(std::string_view path) {
    if (path == model::path::consented_scopes) return granted_scope_prefix;
    if (path == model::path::consented_roles) return granted_role_prefix;
    if (path == model::path::assigned_applications) return assigned_prefix;
    return from_prefix;
}

bool begins(const std::string& text, std::string_view prefix) {
    return text.compare(0, prefix.size(), prefix) == 0;
}

/// "owner.environment.name": three parts or more.
bool looks_like_a_key(const std::string& unique_name) {
    return std::count(unique_name.begin(), unique_name.end(), '.') >= 2;
}

std::vector<std::string> elements_of(const model::Map& attributes, std::string_view path) {
    std::vector<std::string> all;
    const auto it = attributes.find(path);
    const auto* list = it == attributes.end() ? nullptr : it->second.as_list();
    if (list == nullptr) return all;
    for (const auto& element : *list) all.push_back(std::string(path) + ":" + model::element_key(element).text_or({}));
    return all;
}

/// Everything that can have been contributed, as the mark says it: "redirectUris.web:https://…".
std::vector<std::string> contributable(const model::Map& attributes) {
    std::vector<std::string> all;
    for (const auto path : model::path::redirect_uris) {
        for (auto& element : elements_of(attributes, path)) all.push_back(std::move(element));
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
        } else if (begins(tag, granted_scope_prefix)) {
            facts.granted_scopes.push_back(tag.substr(granted_scope_prefix.size()));
        } else if (begins(tag, granted_role_prefix)) {
            facts.granted_roles.push_back(tag.substr(granted_role_prefix.size()));
        } else if (begins(tag, assigned_prefix)) {
            facts.assigned.push_back(tag.substr(assigned_prefix.size()));
        } else if (begins(tag, secret_of_others_prefix)) {
            facts.secrets_of_others.push_back(tag.substr(secret_of_others_prefix.size()));
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

std::string name_in_key(const nlohmann::json& application, const Identity& identity) {
    const auto prefix = identity.key_of({std::string(model::kind::application), {}});
    const auto unique_name = lower_case(member_text(application, "uniqueName"));
    const bool is_key = unique_name.size() > prefix.size() && unique_name.starts_with(prefix);
    return is_key ? unique_name.substr(prefix.size()) : std::string{};
}

std::string name_of(const nlohmann::json& application, const Identity& identity) {
    const auto facts = read_tags(application);
    auto in_key = name_in_key(application, identity);
    const bool is_others = !facts.owner.empty() && !is_ours(facts, identity);
    return in_key.empty() || (!facts.name.empty() && !is_others) ? facts.name : in_key;
}

namespace {

/// A digest without an element keeps its path: what regent may not read stays marked.
void add_marks(const std::vector<std::string>& digests, std::string_view path, const model::Map& attributes,
               model::List& marks) {
    const auto candidates = elements_of(attributes, path);
    for (const auto& digest : digests) {
        const auto it = std::find_if(candidates.begin(), candidates.end(),
                                     [&](const auto& text) { return short_digest(text) == digest; });
        marks.emplace_back(
            std::string(contributes) +
            (it == candidates.end() ? std::string(path) + ":" + std::string(unread_digest) + digest : *it));
    }
}

/// The tag of "redirectUris.web:https://…".
std::string tag_of(const std::string& contribution) {
    const auto path = contribution.substr(0, contribution.find(':'));
    const auto unread = path + ":" + std::string(unread_digest);
    const std::string prefix(tag_prefix_of(path));
    return prefix + (begins(contribution, unread) ? contribution.substr(unread.size()) : short_digest(contribution));
}

}  // namespace

bool has_marks_of(const model::ObservedResource& resource, std::string_view path) {
    const auto it = resource.attributes.find(model::path::marks);
    const auto* marks = it == resource.attributes.end() ? nullptr : it->second.as_list();
    const auto prefix = std::string(contributes) + std::string(path) + ":";
    return marks != nullptr && std::any_of(marks->begin(), marks->end(),
                                           [&](const auto& mark) { return begins(mark.text_or({}), prefix); });
}

model::List marks_of(const TagFacts& facts, const model::Map& attributes) {
    model::List marks;
    if (facts.prevent_delete) marks.emplace_back("preventDelete");
    if (!facts.on_removal.empty()) marks.emplace_back("onRemoval:" + facts.on_removal);
    if (!facts.logo.empty()) marks.emplace_back(std::string(logo_mark) + facts.logo);
    for (const auto& key_id : facts.secrets_of_others)
        marks.emplace_back(std::string(model::mark::secret_of_others) + key_id);
    const auto candidates = contributable(attributes);
    for (const auto& digest : facts.digests) {
        const auto it = std::find_if(candidates.begin(), candidates.end(),
                                     [&](const auto& text) { return short_digest(text) == digest; });
        marks.emplace_back(std::string(contributes) + (it == candidates.end() ? "?:" + digest : *it));
    }
    add_marks(facts.granted_scopes, model::path::consented_scopes, attributes, marks);
    add_marks(facts.granted_roles, model::path::consented_roles, attributes, marks);
    add_marks(facts.assigned, model::path::assigned_applications, attributes, marks);
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
        if (begins(mark, model::mark::secret_of_others)) add(std::string(tag_prefix) + mark);
        if (begins(mark, logo_mark)) add(std::string(logo_prefix) + mark.substr(logo_mark.size()));
        if (begins(mark, contributes)) add(tag_of(mark.substr(contributes.size())));
    }
    return tags;
}

}  // namespace regent::provider::graph
