#include "provider/connectors/capabilities.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/json_member.hpp"

#include <string>
#include <utility>

namespace regent::provider::connectors {
namespace {

constexpr std::string_view gateway = "gateway";

}  // namespace

void read_capabilities(model::Map& attributes, const model::List& words) {
    model::List others;
    bool through_gateway = false;
    for (const auto& word : words) {
        const bool is_gateway = same_word(word.text_or({}), gateway);
        through_gateway = through_gateway || is_gateway;
        if (!is_gateway) others.push_back(word);
    }
    attributes.insert_or_assign(std::string(model::path::capabilities), std::move(others));
    attributes.insert_or_assign(std::string(model::path::gateway), through_gateway);
}

model::List written_capabilities(const model::Map& values) {
    const auto declared = values.find(model::path::capabilities);
    const auto* others = declared == values.end() ? nullptr : declared->second.as_list();
    auto words = others == nullptr ? model::List{} : *others;
    const auto asked = values.find(model::path::gateway);
    if (asked != values.end() && asked->second == model::Value(true)) words.emplace_back(std::string(gateway));
    return words;
}

void complete_capabilities(model::Map& values, const model::Map& there) {
    for (const auto path : {model::path::capabilities, model::path::gateway}) {
        if (const auto it = there.find(path); it != there.end()) values.emplace(it->first, it->second);
    }
}

}  // namespace regent::provider::connectors
