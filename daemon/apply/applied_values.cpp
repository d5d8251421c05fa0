#include "apply/applied_values.hpp"

#include "model/attributes.hpp"

#include <algorithm>

namespace regent::apply {
namespace {

const model::Attribute* row_of(const plan::Step& step, std::string_view path) {
    const auto* table = model::attributes_of(step.address.kind);
    return table == nullptr ? nullptr : table->find(path);
}

/// The bytes of files are not remembered: that they are the same says their digest.
model::Value remembered(const plan::Step& step, std::string_view path, const model::Value& value) {
    const auto* row = row_of(step, path);
    return row == nullptr ? value : without_sent_member(*row, value);
}

}  // namespace

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
    if (step.work == plan::Work::await) return known;
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
            known.insert_or_assign(path, remembered(step, path, value->second));
        }
        touched_.emplace(step.address, path);
    }
    if (step.observed == nullptr) return;
    // What the manifest asks for and the tenant had already is remembered as well, as after an adoption.
    for (const auto& [path, value] : step.values) {
        const auto observed = step.observed->attributes.find(path);
        if (observed != step.observed->attributes.end() && observed->second == value)
            known.insert_or_assign(path, remembered(step, path, value));
    }
}

void AppliedValues::record_part(const plan::Step& step, model::Map& known) {
    const auto [path, element] = split_part(step.part);
    const auto* row = row_of(step, path);
    if (row != nullptr && row->compare == model::Compare::set) {
        record_member(step, path, known);
    } else if (!element.empty()) {
        record_element(step, path, element, known);
    } else if (const auto value = step.values.find(path); value != step.values.end()) {
        known.insert_or_assign(path, remembered(step, path, value->second));
    } else {
        known.insert_or_assign(path, step.work != plan::Work::drop);
    }
}

/// One member of a set that was added or taken away by a request of its own.
void AppliedValues::record_member(const plan::Step& step, const std::string& path, model::Map& known) {
    model::List members;
    const auto take = [&](const model::Map& from) {
        if (const auto it = from.find(path); it != from.end() && it->second.as_list() != nullptr)
            members = *it->second.as_list();
    };
    if (touched_.contains({step.address, path}) || step.observed == nullptr) {
        take(known);
    } else {
        take(step.observed->attributes);
    }
    touched_.emplace(step.address, path);
    const auto wanted = step.values.find(path);
    const auto* list = wanted == step.values.end() ? nullptr : wanted->second.as_list();
    for (const auto& member : list == nullptr ? model::List{} : *list) {
        std::erase(members, member);
        if (step.work != plan::Work::drop) members.push_back(member);
    }
    std::sort(members.begin(), members.end());
    known.insert_or_assign(path, std::move(members));
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
