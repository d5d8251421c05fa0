#include "apply/applied_values.hpp"

#include "model/attributes.hpp"
#include "plan/set_parts.hpp"

namespace regent::apply {

std::pair<std::string, std::string> split_part(const std::string& part) {
    const auto slash = part.find('/');
    if (slash == std::string::npos) return {part, ""};
    return {part.substr(0, slash), part.substr(slash + 1)};
}

AppliedValues::AppliedValues(const plan::Plan& plan, std::map<model::Address, model::Map> last_applied)
    : known_(std::move(last_applied)) {
    for (const auto& step : plan.steps) {
        if (step.work == plan::Work::add) added_.emplace(step.address, step.part);
    }
}

const model::Map& AppliedValues::record(const plan::Step& step) {
    auto& known = known_[step.address];
    // What was handed to somebody is no property of the object.
    const bool delivery = step.part.starts_with(std::string(model::path::secret_deliveries) + "/");
    if (step.work == plan::Work::await || delivery) return known;
    if (step.part.empty()) {
        record_object(step, known);
    } else {
        record_part(step, known);
    }
    return known;
}

void AppliedValues::forget(const model::Address& address) {
    known_.erase(address);
}

void AppliedValues::record_object(const plan::Step& step, model::Map& known) {
    if (step.work == plan::Work::create) known.clear();
    for (const auto& path : step.changed) {
        const auto value = step.values.find(path);
        if (value == step.values.end()) {
            known.erase(path);
        } else {
            known.insert_or_assign(path, value->second);
        }
        touched_.emplace(step.address, path);
    }
    if (step.observed == nullptr) return;
    // What the manifest asks for and the tenant had already is remembered as well, as after an adoption.
    for (const auto& [path, value] : step.values) {
        const auto observed = step.observed->attributes.find(path);
        if (observed != step.observed->attributes.end() && observed->second == value)
            known.insert_or_assign(path, value);
    }
}

void AppliedValues::record_part(const plan::Step& step, model::Map& known) {
    const auto [path, element] = split_part(step.part);
    const auto* table = model::attributes_of(step.address.kind);
    const auto* named = table == nullptr ? nullptr : table->find(path);
    if (!element.empty() && (named == nullptr || named->compare == model::Compare::named))
        return record_element(step, path, element, known);
    for (const auto& changed : step.changed) {
        const auto* attribute = table == nullptr ? nullptr : table->find(changed);
        const auto value = step.values.find(changed);
        if (attribute != nullptr && attribute->compare == model::Compare::set && attribute->part.empty()) {
            record_group(step, *attribute, known);
        } else if (value != step.values.end()) {
            known.insert_or_assign(changed, value->second);
        } else {
            known.insert_or_assign(changed, step.work != plan::Work::drop);
        }
    }
}

/// Of a set that several requests write, what this one writes; the rest is as it was.
void AppliedValues::record_group(const plan::Step& step, const model::Attribute& attribute, model::Map& known) {
    const std::string path(attribute.path);
    const auto* there = list_before(step, path, known);
    model::List elements;
    if (there != nullptr) {
        for (const auto& element : *there) {
            if (plan::part_of_element(attribute, element) != step.part) elements.push_back(element);
        }
    }
    touched_.emplace(step.address, path);
    if (const auto wanted = step.values.find(path);
        wanted != step.values.end() && wanted->second.as_list() != nullptr) {
        for (const auto& element : *wanted->second.as_list()) elements.push_back(element);
    }
    known.insert_or_assign(path, std::move(elements));
}

/// What the collection held before the step: what an earlier step of this run left, or what was observed.
const model::List* AppliedValues::list_before(const plan::Step& step, const std::string& path,
                                              const model::Map& known) const {
    const bool from_run = touched_.contains({step.address, path}) || step.observed == nullptr;
    const auto& map = from_run ? known : step.observed->attributes;
    const auto it = map.find(path);
    return it == map.end() ? nullptr : it->second.as_list();
}

void AppliedValues::record_element(const plan::Step& step, const std::string& path, const std::string& element,
                                   model::Map& known) {
    model::Map elements;
    // Elements that other manifests or nobody declared are part of what was there when we were done, or they would look
    // like changes made outside in the next run: so the collection begins with what was observed.
    if (touched_.contains({step.address, path}) || step.observed == nullptr) {
        if (const auto it = known.find(path); it != known.end() && it->second.as_map() != nullptr) {
            elements = *it->second.as_map();
        }
    } else if (const auto it = step.observed->attributes.find(path);
               it != step.observed->attributes.end() && it->second.as_map() != nullptr) {
        elements = *it->second.as_map();
    }
    touched_.emplace(step.address, path);

    const auto wanted = step.values.find(path);
    const auto* value = wanted == step.values.end() ? nullptr : wanted->second.find(element);
    if (step.work == plan::Work::drop) {
        // The old key of a secret that is rotated goes under the name that its new key has.
        if (!added_.contains({step.address, step.part})) elements.erase(element);
    } else if (value != nullptr) {
        elements.insert_or_assign(element, *value);
    }
    known.insert_or_assign(path, elements);
}

}  // namespace regent::apply
