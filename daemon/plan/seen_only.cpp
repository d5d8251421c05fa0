#include "plan/seen_only.hpp"

#include <string>
#include <utility>

namespace regent::plan {

const model::List* seen_only_in(const model::Map& remembered, std::string_view path) {
    const auto all = remembered.find(seen_only);
    const auto* list = all == remembered.end() ? nullptr : all->second.find(path);
    return list == nullptr ? nullptr : list->as_list();
}

void note_seen_only(model::Map& remembered, std::string_view path, model::List elements) {
    const auto it = remembered.find(seen_only);
    auto all = it == remembered.end() || it->second.as_map() == nullptr ? model::Map{} : *it->second.as_map();
    all.erase(std::string(path));
    if (!elements.empty()) all.insert_or_assign(std::string(path), std::move(elements));
    if (all.empty()) {
        remembered.erase(std::string(seen_only));
    } else {
        remembered.insert_or_assign(std::string(seen_only), std::move(all));
    }
}

model::List keys_of(const model::Value& list) {
    if (const auto* elements = list.as_list()) return *elements;
    model::List names;
    if (const auto* elements = list.as_map())
        for (const auto& [name, element] : *elements) names.emplace_back(name);
    return names;
}

}  // namespace regent::plan
