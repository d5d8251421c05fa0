#include "plan/set_parts.hpp"

namespace regent::plan {

std::string part_of_element(const model::Attribute& attribute, const model::Value& element) {
    std::string part(attribute.path);
    for (const auto name : attribute.grouped_by) {
        const auto* member = element.find(name);
        if (member == nullptr) continue;
        const auto* reference = member->as_reference();
        part += '/' + (reference != nullptr ? to_string(reference->address) : member->text_or({}));
    }
    return part;
}

model::List elements_of_part(const model::Attribute& attribute, const std::string& part, const model::Value& list) {
    model::List elements;
    if (list.as_list() == nullptr) return elements;
    for (const auto& element : *list.as_list()) {
        if (part_of_element(attribute, element) == part) elements.push_back(element);
    }
    return elements;
}

}  // namespace regent::plan
