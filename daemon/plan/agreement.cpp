#include "plan/agreement.hpp"

#include "model/attributes.hpp"
#include "model/policy_keys.hpp"
#include "plan/declarers.hpp"
#include "plan/object_work.hpp"
#include "plan/remembered_end.hpp"
#include "plan/seen_only.hpp"
#include "plan/vouching.hpp"

#include <algorithm>
#include <optional>

namespace regent::plan {
namespace {

using model::Compare;
using model::Value;

bool is_agreed(const Compared& compared) {
    const auto& resolved = *compared.resolved;
    if (!compared.diff.changes.empty() || !compared.diff.kept.empty() || resolved.unreadable) return false;
    return std::none_of(resolved.elements.begin(), resolved.elements.end(),
                        [](const auto& element) { return element.blocked; });
}

/// A collection is remembered as it is there, with what no manifest declares: were that left out, it would look like
/// something that somebody added.
std::optional<Value> agreed_value(const Compared& compared) {
    const auto& resolved = *compared.resolved;
    const auto& row = *resolved.attribute;
    const bool collection = row.compare == Compare::set || row.compare == Compare::named;
    const auto& value = collection ? resolved.observed : resolved.value;
    if (!is_known(value)) return std::nullopt;
    return without_sent_member(row, value);
}

bool is_list(const Compared& compared) {
    const auto compare = compared.resolved->attribute->compare;
    return compare == Compare::set || compare == Compare::named;
}

/// What is there and no manifest asks for.
model::List seen_in(const ResolvedAttribute& resolved) {
    auto seen = keys_of(resolved.observed);
    const bool named = resolved.attribute->compare == Compare::named;
    for (const auto& element : resolved.elements) {
        if (!element.stays) std::erase(seen, named ? Value(element.element->name) : element.value);
    }
    return seen;
}

std::string remembered_text(const ObjectWork& work, std::string_view path) {
    if (work.applied == nullptr) return {};
    const auto known = work.applied->find(path);
    return known == work.applied->end() ? std::string{} : known->second.text_or({});
}

/// An empty one was remembered when the last of them had gone: it says as much as none.
model::Map all_seen_only(const model::Map* applied) {
    model::Map seen;
    const auto known = applied == nullptr ? model::Map::const_iterator{} : applied->find(seen_only);
    if (applied != nullptr && known != applied->end() && known->second != Value(model::Map{})) seen.insert(*known);
    return seen;
}

}  // namespace

model::Map new_agreements(const ObjectWork& work) {
    model::Map agreed;
    if (work.item.standing != Standing::there) return agreed;
    const auto remembered = all_seen_only(work.applied);
    auto noted = remembered;
    for (const auto& compared : work.compared) {
        if (!is_agreed(compared)) continue;
        if (is_list(compared)) note_seen_only(noted, compared.path(), seen_in(*compared.resolved));
        auto value = agreed_value(compared);
        if (!value) continue;
        const auto path = compared.path();
        if (work.applied != nullptr) {
            const auto known = work.applied->find(path);
            if (known != work.applied->end() && known->second == model::without_keys(path, *value)) continue;
        }
        agreed.emplace(path, std::move(*value));
    }
    if (noted != remembered) {
        const auto now = noted.find(seen_only);
        agreed.emplace(seen_only, now == noted.end() ? Value(model::Map{}) : now->second);
    }
    const auto end = end_to_remember(work.item);
    if (!end.empty() && end != remembered_text(work, end_said)) agreed.emplace(end_said, std::string(end));
    // Nobody remembers it, and no run of this machine made it.
    if (!agreed.empty() && work.applied == nullptr && work.address.kind == model::kind::application &&
        work.item.desired->management.adopt.empty())
        agreed.emplace(found_by_key, true);
    if (work.applied != nullptr && is_news_of_declarer(*work.applied)) agreed.emplace(declared_by, true);
    return agreed;
}

std::vector<std::string> no_longer_managed(const ObjectWork& work) {
    std::vector<std::string> paths;
    if (work.applied == nullptr) return paths;
    const auto* table = model::attributes_of(work.address.kind);
    for (const auto& [path, value] : *work.applied) {
        const auto* row = table->find(path);
        if (row != nullptr && !row->part_of_ownership && !work.item.desired->attributes.contains(path))
            paths.push_back(path);
    }
    if (work.applied->contains(end_said) && end_to_remember(work.item).empty()) paths.emplace_back(end_said);
    return paths;
}

}  // namespace regent::plan
