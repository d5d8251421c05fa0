#include "apply/applied_values.hpp"

#include "model/attributes.hpp"

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
    if (!element.empty()) {
        record_element(step, path, element, known);
    } else if (const auto value = step.values.find(path); value != step.values.end()) {
        known.insert_or_assign(path, value->second);
    } else {
        known.insert_or_assign(path, step.work != plan::Work::drop);
    }
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
