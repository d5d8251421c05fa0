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

const plan::ResourceChange* change_of(const plan::Plan& plan, const model::Address& address) {
    const auto it = std::find_if(plan.resources.begin(), plan.resources.end(),
                                 [&](const auto& resource) { return resource.address == address; });
    return it == plan.resources.end() ? nullptr : &*it;
}

/// Whether `a`, which was done, made the difference `b`: a value that it waited for may be known by now.
bool are_alike(const plan::Change& a, const plan::Change& b) {
    if (a.path != b.path || a.element != b.element || a.op != b.op) return false;
    if (a.op == plan::Change::Op::remove) return a.before == b.before;
    return a.after == b.after || !model::is_known(a.after);
}

/// Whether nothing of what is to be done at `address` was done already.
bool is_all_news(const plan::Plan& plan, const plan::Plan& done, const model::Address& address) {
    const auto* now = change_of(plan, address);
    const auto* before = change_of(done, address);
    if (before == nullptr || before->action == plan::Action::none) return true;
    if (now == nullptr || now->changes.empty()) return false;
    return std::none_of(now->changes.begin(), now->changes.end(), [&](const auto& change) {
        return std::any_of(before->changes.begin(), before->changes.end(),
                           [&](const auto& earlier) { return are_alike(earlier, change); });
    });
}

/// The objects of `plan` of which something is to be done that was done already.
std::set<model::Address> awaited_in(const plan::Plan& plan, const plan::Plan& done,
                                    const std::set<model::Address>& except) {
    std::set<model::Address> obstructed, awaited;
    for (const auto& withheld : done.withheld)
        if (plan::is_obstacle(withheld)) obstructed.insert(withheld.address);
    for (const auto& step : plan.steps) {
        if (except.contains(step.address)) continue;
        if (!obstructed.contains(step.address) || !is_all_news(plan, done, step.address)) awaited.insert(step.address);
    }
    return awaited;
}

/// What was made and no answer shows yet. Nothing is to be done about it, and it is not seen to be there.
std::set<model::Address> not_seen_in(const plan::Plan& plan, const plan::Plan& done,
                                     const std::set<model::Address>& except) {
    std::set<model::Address> unseen;
    for (const auto& withheld : plan.withheld)
        if (withheld.why == plan::Withheld::Why::not_seen_yet && !except.contains(withheld.address))
            unseen.insert(withheld.address);
    for (const auto& withheld : done.withheld) unseen.erase(withheld.address);
    return unseen;
}

}  // namespace

Settled settle(const Workspace& workspace, Tenant& tenant, store::Store& store, const plan::Plan& done,
               std::chrono::seconds grace, const std::set<model::Address>& except, provider::ReadProgress& progress,
               const provider::ReadOrder* order) {
    auto left = std::chrono::milliseconds(grace);
    for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(15s))) {
        const auto history = recall(store, workspace).value_or(plan::History{});
        auto planned = observe_and_plan(workspace, tenant, history, {}, progress, order);
        Settled result;
        if (!planned) {
            result.error = std::move(planned.error());
        } else {
            const auto awaited = awaited_in(planned->plan, done, except);
            const auto unseen = not_seen_in(planned->plan, done, except);
            result.settled = awaited.empty() && unseen.empty();
            const auto& steps = planned->plan.steps;
            result.more = result.settled && std::any_of(steps.begin(), steps.end(), [&](const auto& step) {
                              return !except.contains(step.address);
                          });
            result.open = differences(planned->plan, awaited);
            for (const auto& address : unseen) result.open.push_back(to_string(address) + ": is not shown yet");
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
