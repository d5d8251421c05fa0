#include "model/element_key.hpp"

namespace regent::model {

Value element_key(const Value& element) {
    const auto* members = element.as_map();
    if (members == nullptr) return element;
    std::string text;
    const Reference* reference = nullptr;
    std::string before;
    bool first = true;
    for (const auto& [name, member] : *members) {
        if (!first) text += ' ';
        first = false;
        if (const auto* unknown = member.as_reference(); unknown != nullptr && reference == nullptr) {
            reference = unknown;
            before = text + unknown->prefix;
            text = unknown->suffix;
        } else {
            text += member.text_or({});
        }
    }
    if (reference == nullptr) return text;
    return Reference{reference->address, reference->output, before, text};
}

}  // namespace regent::model
