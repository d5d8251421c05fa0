#include "store/applied_json.hpp"

#include "model/attributes.hpp"
#include "model/policy_keys.hpp"
#include "plan/declarers.hpp"
#include "plan/given_back.hpp"
#include "plan/handed_over.hpp"
#include "plan/not_seen_yet.hpp"
#include "plan/remembered_end.hpp"
#include "plan/seen_only.hpp"
#include "plan/vouching.hpp"

#include <nlohmann/json.hpp>

namespace regent::store {

std::string to_applied_json(std::string_view kind, const model::Map& values) {
    const auto* table = model::attributes_of(kind);
    auto kept = nlohmann::json::object();
    for (const auto& [path, value] : values) {
        const auto* attribute = table == nullptr ? nullptr : table->find(path);
        const bool is_beside = path == plan::found_by_key || path == plan::removed_here || path == plan::to_give_back ||
                               path == plan::declared_by || path == plan::seen_only || path == plan::end_said ||
                               path == plan::principal_id || path == plan::handed_over || path == plan::time_made;
        if (!is_beside && (attribute == nullptr || attribute->write_only)) continue;
        if (!model::is_known(value)) continue;
        kept[path] = model::to_json(model::without_keys(path, value));
    }
    // Values come from a tenant too, and nobody promises that they are valid UTF-8.
    return kept.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

model::Map from_applied_json(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return {};
    return *model::from_json(json).as_map();
}

}  // namespace regent::store
