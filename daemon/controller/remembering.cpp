#include "controller/remembering.hpp"

#include "controller/planning.hpp"
#include "plan/declarers.hpp"
#include "plan/previous_names.hpp"
#include "plan/vouching.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace regent::controller {
namespace {

/// "regent.dev" of a key for the same tenant that is today's key of no environment here.
std::optional<std::string> former_name(std::string_view key, std::string_view ours, const Workspace& workspace) {
    const auto name_at = ours.rfind(' ') + 1;
    if (key == ours || key.substr(0, name_at) != ours.substr(0, name_at)) return std::nullopt;
    const auto name = key.substr(name_at);
    const auto environment = name.substr(name.rfind('.') + 1);
    const auto& living = workspace.environments;
    const bool lives = environment != workspace.environment.name &&
                       std::find(living.begin(), living.end(), environment) != living.end();
    if (lives) return std::nullopt;
    return std::string(name);
}

bool all_remembered(const plan::DesiredGraph& graph, const plan::History& history) {
    return std::all_of(graph.resources.begin(), graph.resources.end(),
                       [&](const auto& entry) { return history.last_applied.contains(entry.first); });
}

/// The database is one for all repositories of a machine: what another one declared, or what was written in another
/// file, is another object.
void add_former(const std::string& name, const plan::History& before, const Workspace& workspace,
                plan::History& history) {
    for (const auto& [address, resource] : workspace.graph.resources) {
        const auto place = before.places.find(address);
        if (history.last_applied.contains(address) || place == before.places.end()) continue;
        if (place->second.file != resource.place.file) continue;
        const auto applied = before.last_applied.find(address);
        if (applied != before.last_applied.end() &&
            !plan::may_have_declared(workspace.revision.repository, applied->second))
            continue;
        const auto id = before.remote_ids.find(address);
        history.former.emplace(
            address,
            plan::FormerObject{name, id == before.remote_ids.end() ? std::string{} : id->second, place->second});
    }
}

bool is_planned(const plan::Plan& plan, const model::Address& address) {
    return std::any_of(plan.resources.begin(), plan.resources.end(),
                       [&](const auto& resource) { return resource.address == address; });
}

/// Renamed by this run, by one that was killed before it could write that down, or from another machine.
bool carries_its_name(const plan::ResourceChange& resource) {
    return !resource.remote_id.empty() && !plan::former_address(resource);
}

/// Of those objects of `plan` that `which` picks.
template <typename Which>
tl::expected<void, store::StoreError> move_names(store::Store& store, const Workspace& workspace,
                                                 const plan::Plan& plan, const Which& which) {
    for (const auto& change : plan.resources) {
        const auto resource = workspace.graph.resources.find(change.address);
        if (resource == workspace.graph.resources.end() || !which(change)) continue;
        for (const auto& name : resource->second.previous_names) {
            const model::Address before{change.address.kind, name};
            auto moved = store.renamed(state_key(workspace.environment), before, change.address);
            if (!moved) return moved;
        }
    }
    return {};
}

}  // namespace

tl::expected<plan::History, store::StoreError> recall(store::Store& store, const Workspace& workspace) {
    const auto ours = state_key(workspace.environment);
    auto history = store.history(ours);
    if (history) plan::carry_names_over(workspace.graph, *history);
    if (history) plan::read_as(workspace.revision.repository, *history);
    if (!history || all_remembered(workspace.graph, *history)) return history;
    const auto keys = store.environments();
    if (!keys) return history;
    for (const auto& key : *keys) {
        const auto name = former_name(key, ours, workspace);
        if (!name) continue;
        if (const auto before = store.history(key)) add_former(*name, *before, workspace, *history);
    }
    return history;
}

tl::expected<void, store::StoreError> remember_renamed(store::Store& store, const Workspace& workspace,
                                                       const plan::Plan& plan) {
    return move_names(store, workspace, plan, [&](const auto& change) {
        return std::any_of(plan.steps.begin(), plan.steps.end(),
                           [&](const auto& step) { return step.address == change.address; });
    });
}

tl::expected<void, store::StoreError> remember_agreements(store::Store& store, const Workspace& workspace,
                                                          const plan::Plan& plan,
                                                          const std::set<model::Address>& except) {
    if (auto moved = move_names(store, workspace, plan, carries_its_name); !moved) return moved;
    const auto is_news = [&](const auto& entry) { return !except.contains(entry.first); };
    if (plan.unmanaged.empty() && plan.gone.empty() &&
        std::none_of(plan.agreements.begin(), plan.agreements.end(), is_news))
        return {};
    const auto key = state_key(workspace.environment);
    auto history = store.history(key);  // with what this run wrote
    if (!history) return tl::unexpected(std::move(history.error()));
    plan::carry_names_over(workspace.graph, *history);
    std::vector<store::AppliedObject> objects;
    for (const auto& [address, paths] : plan.unmanaged) {
        if (is_planned(plan, address)) continue;
        // Neither there nor wanted: nothing else is remembered of it.
        if (auto forgotten = store.removed(key, address); !forgotten) return forgotten;
    }
    for (const auto& resource : plan.resources) {
        const auto agreed = plan.agreements.find(resource.address);
        const auto unmanaged = plan.unmanaged.find(resource.address);
        const bool learns = agreed != plan.agreements.end() && !except.contains(resource.address);
        if (!learns && unmanaged == plan.unmanaged.end()) continue;
        if (plan::is_of_another_object(*history, resource.address, resource.remote_id))
            plan::forget_object(*history, resource.address);
        auto values = std::move(history->last_applied[resource.address]);
        if (learns) {
            for (const auto& [path, value] : agreed->second)
                if (path != plan::declared_by) values.insert_or_assign(path, value);
            plan::add_declarer(workspace.revision.repository, values);
        }
        if (unmanaged != plan.unmanaged.end()) {
            for (const auto& path : unmanaged->second) values.erase(path);
        }
        // One that is gone is remembered by the id it had: whoever makes another one in its place has not made ours.
        const auto known = history->remote_ids.find(resource.address);
        const bool is_gone = resource.remote_id.empty() && known != history->remote_ids.end();
        objects.push_back(
            {resource.address, resource.place, is_gone ? known->second : resource.remote_id, std::move(values)});
    }
    // What their manifests said holds should they come back.
    for (const auto& address : plan.gone)
        if (!plan.unmanaged.contains(address) && history->last_applied.contains(address))
            objects.push_back({address, history->places[address], {}, std::move(history->last_applied[address])});
    return store.agreed(key, objects);
}

}  // namespace regent::controller
