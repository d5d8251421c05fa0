#include "plan/handed_over.hpp"

namespace regent::plan {

void note_handed_over(model::Map& remembered, const std::string& place, const std::string& key_id) {
    auto& places = remembered[std::string(handed_over)];
    if (places.as_map() == nullptr) places = model::Map{};
    std::get<model::Map>(places.held).insert_or_assign(place, key_id);
}

std::string handed_over_to(const History& history, const model::Address& application, const std::string& place) {
    const auto known = history.last_applied.find(application);
    if (known == history.last_applied.end()) return {};
    const auto places = known->second.find(handed_over);
    const auto* key_id = places == known->second.end() ? nullptr : places->second.find(place);
    return key_id == nullptr ? std::string{} : key_id->text_or({});
}

}  // namespace regent::plan
