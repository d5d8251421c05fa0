#include "apply/outputs.hpp"

#include "model/attributes.hpp"

#include <algorithm>
#include <utility>

namespace regent::apply {

Outputs::Outputs(const plan::Plan& plan, const model::Snapshot& observed) : observed_(observed) {
    for (const auto& step : plan.steps) {
        if (step.part.empty() && step.work == plan::Work::create) created_.insert(step.address);
    }
    for (const auto& [address, resource] : observed.resources) {
        const auto id = resource.outputs.find(model::output::service_principal_id);
        if (id != resource.outputs.end() && !resource.deleted) principals_.insert(id->second);
    }
}

void Outputs::add(const model::Address& address, const OutputMap& outputs) {
    auto& known = from_run_[address];
    for (const auto& [name, value] : outputs) {
        known.insert_or_assign(name, value);
        if (name == model::output::service_principal_id) principals_.insert(value);
    }
}

const OutputMap& Outputs::of_run(const model::Address& address) const {
    static const OutputMap none;
    const auto it = from_run_.find(address);
    return it == from_run_.end() ? none : it->second;
}

std::optional<std::string> Outputs::find(const model::Address& address, std::string_view output) const {
    const auto& own = of_run(address);
    if (const auto it = own.find(output); it != own.end()) return it->second;
    if (created_.contains(address)) return std::nullopt;
    const auto resource = observed_.resources.find(address);
    if (resource == observed_.resources.end()) return std::nullopt;
    const auto it = resource->second.outputs.find(output);
    // An empty output is one that the service has not filled in yet: a connector's identity, for its first minutes.
    if (it == resource->second.outputs.end() || it->second.empty()) return std::nullopt;
    return it->second;
}

model::Value Outputs::fill_in(const model::Value& value) const {
    if (const auto* reference = value.as_reference()) {
        if (is_secret_text(*reference)) return value;
        const auto text = find(reference->address, reference->output);
        return text ? model::Value(reference->prefix + *text + reference->suffix) : value;
    }
    if (const auto* list = value.as_list()) {
        model::List filled;
        for (const auto& item : *list) {
            auto one = fill_in(item);
            // Two references may turn out to be one: connectors of a region have one redirect URL. A list with
            // references is a set, and services refuse a member twice.
            const bool twice = item != one && std::find(filled.begin(), filled.end(), one) != filled.end();
            if (!twice) filled.push_back(std::move(one));
        }
        return filled;
    }
    if (const auto* map = value.as_map()) {
        model::Map filled;
        for (const auto& [name, member] : *map) filled.emplace(name, fill_in(member));
        return filled;
    }
    return value;
}

bool is_secret_text(const model::Reference& reference) {
    return reference.output.ends_with("/secretText");
}

}  // namespace regent::apply
