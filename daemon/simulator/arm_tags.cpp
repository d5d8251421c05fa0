#include "simulator/arm_tags.hpp"

#include "simulator/powerapps_member.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::size_t most_tags = 50, longest_tag_name = 512, longest_tag_value = 256;

json::iterator tag_of(json& tags, const std::string& name) {
    auto it = tags.begin();
    while (it != tags.end() && !same_text(it.key(), name)) ++it;
    return it;
}

/// By name, or by name and value.
json without_tags(json tags, const json& gone) {
    for (const auto& [name, value] : gone.items()) {
        const auto it = tag_of(tags, name);
        const bool any_value = value.is_string() ? value.get_ref<const std::string&>().empty() : value.empty();
        if (it != tags.end() && (any_value || value == *it)) tags.erase(it);
    }
    return tags;
}

}  // namespace

/// https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
std::optional<ArmError> check_arm_tags(const json& tags) {
    if (!tags.is_object()) return arm_invalid_content("Error converting value to type 'tags'. Path 'tags'");
    if (tags.size() > most_tags) {
        return ArmError{400, "InvalidTagCount",
                        fmt::format("The resource has '{}' tags. At most '{}' are allowed.", tags.size(), most_tags)};
    }
    std::set<std::string> names;
    for (const auto& [name, value] : tags.items()) {
        if (name.empty() || name.size() > longest_tag_name)
            return ArmError{400, "InvalidTagNameLength",
                            fmt::format("The length of the tag name '{}' is invalid.", name)};
        if (name.find_first_of("<>%&\\?/") != std::string::npos) {
            return ArmError{400, "InvalidTagNameCharacters",
                            fmt::format("The tag names '{}' have reserved characters '<,>,%,&,\\,?,/' or control "
                                        "characters.",
                                        name)};
        }
        for (const auto* prefix : {"microsoft", "azure", "windows"}) {
            if (starts_with(lower(name), prefix))
                return ArmError{400, "ReservedTagName", fmt::format("The tag name '{}' is reserved.", name)};
        }
        if (!value.is_string())
            return arm_invalid_content(
                fmt::format("Error converting value to type 'System.String'. Path 'tags.{}'", name));
        if (value.get_ref<const std::string&>().size() > longest_tag_value)
            return ArmError{400, "InvalidTagValueLength", fmt::format("Tag value too large. Tag name: '{}'.", name)};
        if (!names.insert(lower(name)).second)
            return ArmError{400, "DuplicateTagName", fmt::format("The tag name '{}' occurs twice.", name)};
    }
    return std::nullopt;
}

json merged_arm_tags(json tags, const json& added) {
    for (const auto& [name, value] : added.items()) {
        const auto it = tag_of(tags, name);
        if (it == tags.end()) {
            tags[name] = value;
        } else {
            *it = value;
        }
    }
    return tags;
}

std::optional<ArmError> update_arm_tags(json& tags, const json& body) {
    if (!body.is_object()) return arm_invalid_content("Unexpected content of the body");
    const auto operation = text_of(body, "operation");
    const auto properties = body.value("properties", json::object());
    const auto given = properties.is_object() ? properties.value("tags", json::object()) : json::object();
    if (auto error = check_arm_tags(given)) return error;
    json wanted;
    if (same_text(operation, "Replace")) {
        wanted = given;
    } else if (same_text(operation, "Merge")) {
        wanted = merged_arm_tags(tags, given);
    } else if (same_text(operation, "Delete")) {
        wanted = without_tags(tags, given);
    } else {
        return arm_invalid_content(
            fmt::format("The operation '{}' is none of 'Replace', 'Merge' and 'Delete'. Path 'operation'", operation));
    }
    if (auto error = check_arm_tags(wanted)) return error;
    tags = std::move(wanted);
    return std::nullopt;
}

json shown_arm_tags(const std::string& scope, const json& tags) {
    return {{"id", scope + "/providers/Microsoft.Resources/tags/default"},
            {"name", "default"},
            {"type", "Microsoft.Resources/tags"},
            {"properties", {{"tags", tags}}}};
}

}  // namespace regent::simulator
