#include "controller/settle.hpp"

#include "controller/planning.hpp"
#include "controller/remembering.hpp"
#include "plan/obstacles.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> differences(const plan::Plan& plan, const std::set<model::Address>& awaited) {
    std::vector<std::string> lines;
    for (const auto& resource : plan.resources) {
        if (resource.action == plan::Action::none || !awaited.contains(resource.address)) continue;
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

/// Whether the two write one thing: the same part, or the same attribute.
bool are_alike(const plan::Step& a, const plan::Step& b) {
    if (a.address != b.address) return false;
    if (!a.part.empty() || !b.part.empty()) return a.part == b.part;
    return std::any_of(a.changed.begin(), a.changed.end(), [&](const auto& path) { return b.changed.contains(path); });
}

/// The objects of `plan` of which something is to be done that was done already.
std::set<model::Address> awaited_in(const plan::Plan& plan, const plan::Plan& done,
                                    const std::set<model::Address>& except) {
    std::set<model::Address> obstructed, awaited;
    for (const auto& withheld : done.withheld)
        if (plan::is_obstacle(withheld)) obstructed.insert(withheld.address);
    for (const auto& step : plan.steps) {
        if (except.contains(step.address)) continue;
        const bool is_news = obstructed.contains(step.address) &&
                             std::none_of(done.steps.begin(), done.steps.end(),
                                          [&](const auto& earlier) { return are_alike(earlier, step); });
        if (!is_news) awaited.insert(step.address);
    }
    return awaited;
}

}  // namespace

Settled settle(const Workspace& workspace, Tenant& tenant, store::Store& store, const plan::Plan& done,
               std::chrono::seconds grace, const std::set<model::Address>& except, provider::ReadProgress& progress,
               const provider::ReadOrder* order) {
    auto left = std::chrono::milliseconds(grace);
    for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(15s))) {
        const auto history = recall(store, workspace);
        auto planned = observe_and_plan(workspace, tenant, history ? *history : plan::History{}, {}, progress, order);
        Settled result;
        if (!planned) {
            result.error = std::move(planned.error());
        } else {
            const auto awaited = awaited_in(planned->plan, done, except);
            result.settled = awaited.empty();
            const auto& steps = planned->plan.steps;
            result.more = result.settled && std::any_of(steps.begin(), steps.end(), [&](const auto& step) {
                              return !except.contains(step.address);
                          });
            result.open = differences(planned->plan, awaited);
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
