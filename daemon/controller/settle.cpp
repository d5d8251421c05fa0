#include "controller/settle.hpp"

#include "controller/planning.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> differences(const plan::Plan& plan, const std::set<model::Address>& except) {
    std::vector<std::string> lines;
    for (const auto& resource : plan.resources) {
        if (resource.action == plan::Action::none || except.contains(resource.address)) continue;
        const auto address = to_string(resource.address);
        if (resource.changes.empty()) lines.push_back(fmt::format("{}: {}", address, to_string(resource.reason)));
        for (const auto& change : resource.changes) {
            lines.push_back(fmt::format("{} {}{}: {} is still {}", address, change.path,
                                        change.element.empty() ? "" : "/" + change.element, to_text(change.after),
                                        to_text(change.before)));
        }
    }
    return lines;
}

}  // namespace

Settled settle(const Workspace& workspace, Tenant& tenant, store::Store& store, const std::string& environment_key,
               std::chrono::seconds grace, const std::set<model::Address>& except, provider::ReadProgress& progress,
               const provider::ReadOrder* order) {
    auto left = std::chrono::milliseconds(grace);
    for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(15s))) {
        const auto history = store.history(environment_key);
        auto planned = observe_and_plan(workspace, tenant, history ? *history : plan::History{}, {}, progress, order);
        Settled result;
        if (!planned) {
            result.error = std::move(planned.error());
        } else {
            const auto& steps = planned->plan.steps;
            result.settled = std::all_of(steps.begin(), steps.end(),
                                         [&](const auto& step) { return except.contains(step.address); });
            result.open = differences(planned->plan, except);
            result.planned = std::move(*planned);
        }
        if (result.settled || left <= 0ms) return result;
        progress.waits(planned ? "the tenant does not show every change yet" : "the tenant could not be read",
                       std::min(wait, left));
        if (!tenant.clock().sleep_for(std::min(wait, left))) return result;
        left -= std::min(wait, left);
    }
}

}  // namespace regent::controller
