#include "model/appended_tags.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace regent::model {
namespace {

using nlohmann::json;

struct Operation {
    std::string path, verb;
    json* body;
};

std::vector<Operation> operations_of(json& definition) {
    std::vector<Operation> operations;
    const auto paths = definition.find("paths");
    if (paths == definition.end() || !paths->is_object()) return operations;
    for (auto& [path, item] : paths->items()) {
        if (!item.is_object()) continue;
        for (auto& [verb, operation] : item.items())
            if (operation.is_object() && verb.rfind("x-", 0) != 0) operations.push_back({path, verb, &operation});
    }
    return operations;
}

const json* tags_of(const json& operation) {
    const auto tags = operation.find("tags");
    return tags != operation.end() && tags->is_array() ? &*tags : nullptr;
}

/// The tag that all of them end with; nothing when there is none.
json common_end(const std::vector<Operation>& operations) {
    json common;
    for (const auto& operation : operations) {
        const auto* tags = tags_of(*operation.body);
        if (tags == nullptr || tags->empty() || !tags->back().is_string()) return {};
        if (common.is_null()) common = tags->back();
        if (tags->back() != common) return {};
    }
    return common;
}

bool uses(const json& definition, const json& tag) {
    auto copy = definition;
    const auto operations = operations_of(copy);
    return std::any_of(operations.begin(), operations.end(), [&](const auto& operation) {
        const auto* tags = tags_of(*operation.body);
        return tags != nullptr && std::find(tags->begin(), tags->end(), tag) != tags->end();
    });
}

bool has_tags(const json& definition, const Operation& operation) {
    const auto at = json::json_pointer("/paths") / operation.path / operation.verb / "tags";
    return definition.contains(at);
}

}  // namespace

void take_appended_tags(json& there, const json& wanted) {
    if (!there.is_object() || !wanted.is_object()) return;
    const auto operations = operations_of(there);
    for (auto tag = common_end(operations); !tag.is_null() && !uses(wanted, tag); tag = common_end(operations)) {
        for (const auto& operation : operations) {
            auto& tags = (*operation.body)["tags"];
            tags.erase(tags.size() - 1);
            if (tags.empty() && !has_tags(wanted, operation)) operation.body->erase("tags");
        }
    }
}

Value without_appended_tags(const Value& there, const Value& wanted) {
    auto seen = json::parse(there.text_or({}), nullptr, false);
    const auto asked = json::parse(wanted.text_or({}), nullptr, false);
    if (!seen.is_object() || !asked.is_object()) return there;
    take_appended_tags(seen, asked);
    return seen.dump();
}

}  // namespace regent::model
