#include "plan/connector_titles.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <tuple>

namespace regent::plan {
namespace {

/// What there is one of: environment, solution (whose publisher's prefix is a part of the name), and title. Names are
/// compared in lower case. Resources of Azure have names of their own.
using Place = std::tuple<std::string, std::string, std::string>;
std::optional<Place> place_of(const DesiredResource& connector) {
    const auto environment = connector.text(model::path::environment);
    const auto title = connector.text(model::path::display_name);
    const bool in_azure = connector.text(model::path::backend) == model::backend::logicapps;
    if (in_azure || environment.empty() || title.empty()) return std::nullopt;
    // One that is only watched was made by somebody else.
    if (connector.management.policy == model::ManagementPolicy::observe) return std::nullopt;
    return Place{model::lower_case(environment), model::lower_case(connector.text(model::path::solution)),
                 model::lower_case(title)};
}

}  // namespace

void check_titles(const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    std::map<Place, const DesiredResource*> seen;
    for (const auto& [address, resource] : graph.resources) {
        if (address.kind != model::kind::connector) continue;
        const auto place = place_of(resource);
        if (!place) continue;
        const auto [it, added] = seen.emplace(*place, &resource);
        const auto& first = *it->second;
        // Both are there already, under whatever names.
        if (added || (!resource.management.adopt.empty() && !first.management.adopt.empty())) continue;
        const auto& title = resource.attributes.find(model::path::display_name)->second;
        model::Diagnostic diagnostic;
        diagnostic.code = "RG0329";
        diagnostic.message = fmt::format("{} and {} are both titled \"{}\" in one Power Platform environment",
                                         to_string(first.address), to_string(address), title.value.text_or({}));
        diagnostic.span = title.span;
        diagnostic.label = "this one";
        diagnostic.secondary = {{first.attributes.find(model::path::display_name)->second.span, "and this one"}};
        diagnostic.help = "give one of them another `displayName`: a connector's name is made of it, and is there once";
        diagnostics.push_back(std::move(diagnostic));
    }
}

}  // namespace regent::plan
