#include "plan/staying.hpp"

#include <algorithm>
#include <memory>

namespace regent::plan {

void keep_as_it_is(Item& item, ResolvedAttribute& attribute, const std::string& name, const model::Value& value) {
    const auto declared = std::find_if(attribute.elements.begin(), attribute.elements.end(), [&](const auto& element) {
        return !name.empty() && element.element->name == name;
    });
    if (declared != attribute.elements.end()) {
        declared->value = value;
        // It may have been one that waits, for what it is not to be now.
        declared->known = true;
        declared->blocked = false;
        declared->now = {};
        declared->stays = true;
        return;
    }
    auto staying = std::make_shared<model::Element>();
    staying->name = name;
    staying->value = value;
    ResolvedElement element;
    element.element = staying.get();
    element.value = value;
    element.stays = true;
    attribute.elements.push_back(std::move(element));
    item.staying.push_back(std::move(staying));
}

}  // namespace regent::plan
