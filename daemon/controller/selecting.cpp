#include "controller/selecting.hpp"

#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {

tl::expected<std::set<model::Address>, std::string> addresses_of(const std::vector<std::string>& names,
                                                                 const plan::DesiredGraph& graph) {
    std::map<std::string, model::Address> known;
    for (const auto& [address, resource] : graph.resources) {
        known.emplace(to_string(address), address);
        for (const auto& contributor : resource.contributors) known.emplace(to_string(contributor), address);
    }
    std::set<model::Address> addresses;
    for (const auto& name : names) {
        const auto it = known.find(name);
        if (it != known.end()) {
            addresses.insert(it->second);
            continue;
        }
        std::vector<std::string_view> candidates;
        candidates.reserve(known.size());
        for (const auto& [text, address] : known) candidates.push_back(text);
        const auto near = manifest::did_you_mean_phrase(name, candidates);
        return tl::unexpected(fmt::format("no document of environment `{}` is called `{}`{}{}", graph.environment.name,
                                          name, near.empty() ? "" : "; ", near));
    }
    return addresses;
}

plan::Selection select(Planned& planned, const std::set<model::Address>& wanted, const std::vector<std::string>& names,
                       const Workspace& workspace, const plan::Consent& consent) {
    auto selection = plan::select(planned.plan, wanted);
    planned.plan.id = plan::plan_id(workspace.graph, planned.snapshot, planned.plan);
    planned.refusals = plan::check_safety(planned.plan, workspace.graph, consent);
    for (const auto& address : selection.removals_outside) {
        planned.refusals.push_back(
            {plan::Refusal::Guard::deletes,
             fmt::format("{} is needed by what was selected, and would be deleted and created again",
                         to_string(address)),
             fmt::format("select it, too (`--select {}`), or apply the whole plan", to_string(address))});
    }
    planned.report.selected = true;
    planned.report.refusals = planned.refusals;
    auto command = fmt::format("regent apply -e {}", planned.plan.environment);
    for (const auto& name : names) command += " --select " + name;
    planned.report.apply_command = fmt::format("{} --expect-plan {}", command, planned.plan.id.substr(0, 8));
    return selection;
}

}  // namespace regent::controller
