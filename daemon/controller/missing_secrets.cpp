#include "controller/missing_secrets.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/machine_secret.hpp"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <utility>

namespace regent::controller {
namespace {

/// A name that a step needs, and the attribute that names it.
using NeededSecret = std::pair<std::string, std::string_view>;

std::set<NeededSecret> needed_by(const plan::Step& step) {
    std::set<NeededSecret> needed;
    for (const auto& [set, name] : provider::connectors::machine_secrets_for(step))
        needed.emplace(name, model::path::client_secret_from);
    for (const auto& name : provider::connectors::machine_keys_for(step)) needed.emplace(name, model::path::policies);
    return needed;
}

model::Place place_of(const plan::DesiredGraph& graph, const plan::Step& step, std::string_view path) {
    const auto resource = graph.resources.find(step.address);
    if (resource == graph.resources.end()) return step.place;
    const auto attribute = resource->second.attributes.find(path);
    return attribute == resource->second.attributes.end() ? step.place : attribute->second.span.begin();
}

}  // namespace

std::vector<MissingSecret> missing_secrets(const plan::Plan& plan, const plan::DesiredGraph& graph) {
    std::vector<MissingSecret> missing;
    std::set<std::pair<model::Address, std::string>> seen;
    for (const auto& step : plan.steps) {
        for (const auto& [name, path] : needed_by(step)) {
            if (!seen.emplace(step.address, name).second) continue;
            const auto secret = provider::connectors::machine_secret(name);
            if (secret) continue;
            auto error = provider::connectors::missing_machine_secret(step.address, name, secret.error());
            missing.push_back(
                {step.address, place_of(graph, step, path), std::move(error.message), std::move(error.help)});
        }
    }
    return missing;
}

void warn_of_missing_secrets(plan::Plan& plan, const plan::DesiredGraph& graph) {
    for (const auto& missing : missing_secrets(plan, graph)) {
        for (auto& resource : plan.resources) {
            if (resource.address != missing.address) continue;
            resource.warnings.push_back(fmt::format("{}: {} (RG0720, this step would fail); {}",
                                                    to_string(missing.place), missing.message, missing.help));
        }
    }
}

}  // namespace regent::controller
