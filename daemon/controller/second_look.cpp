#include "controller/second_look.hpp"

#include "model/attributes.hpp"
#include "plan/came_back.hpp"
#include "plan/canonical.hpp"
#include "plan/safety.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;

/// Whether `there` has what a step has just added to the list at `path`.
bool holds(const model::ObservedResource& there, const plan::Step& step, const std::string& path) {
    const auto* attribute = model::attributes_of(there.address.kind)->find(path);
    const auto written = step.values.find(path);
    const auto* wanted = written == step.values.end() ? nullptr : written->second.as_list();
    if (attribute == nullptr || wanted == nullptr) return true;
    const auto seen = there.attributes.find(path);
    const auto list = plan::canonical(*attribute, seen == there.attributes.end() ? model::Value{} : seen->second);
    return std::all_of(wanted->begin(), wanted->end(), [&](const auto& element) {
        const auto* all = list.as_list();
        return !model::is_known(element) ||
               (all != nullptr && std::find(all->begin(), all->end(), element) != all->end());
    });
}

/// What shows less than this run wrote is of before it, and whatever were done because of it would undo some of that.
bool shows_all(const Planned& planned, const std::set<model::Address>& restored, const SecondLook& look,
               const plan::Plan& done) {
    const auto there = [&](const model::Address& address) {
        const auto it = planned.snapshot.resources.find(address);
        return it == planned.snapshot.resources.end() || it->second.deleted ? nullptr : &it->second;
    };
    if (std::any_of(restored.begin(), restored.end(), [&](const auto& address) { return there(address) == nullptr; }))
        return false;
    return std::all_of(done.steps.begin(), done.steps.end(), [&](const auto& step) {
        const bool adds = step.work == plan::Work::add || step.work == plan::Work::change;
        if (!adds || !restored.contains(step.address) || look.left_alone.contains(step.address)) return true;
        return std::all_of(step.changed.begin(), step.changed.end(),
                           [&](const auto& path) { return holds(*there(step.address), step, path); });
    });
}

}  // namespace

std::set<model::Address> restored_by(const plan::Plan& plan, const apply::ApplyResult& result) {
    std::set<model::Address> restored;
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
        if (plan.steps[i].restore && result.outcomes[i].state == apply::StepState::done)
            restored.insert(plan.steps[i].address);
    }
    return restored;
}

std::set<model::Address> without_success(const plan::Plan& plan, const apply::ApplyResult& result,
                                         std::set<model::Address> left_out) {
    for (std::size_t i = 0; i < result.outcomes.size(); ++i)
        if (result.outcomes[i].state != apply::StepState::done) left_out.insert(plan.steps[i].address);
    return left_out;
}

std::optional<Planned> look_at_restored(const SecondLook& look, const std::set<model::Address>& restored,
                                        const plan::Plan& done, provider::ReadProgress& progress) {
    auto left = std::chrono::milliseconds(look.grace);
    for (auto pause = 500ms;; pause = std::min<std::chrono::milliseconds>(pause * 2, 15s)) {
        const auto history = look.store.history(look.environment_key);
        auto planned = observe_and_plan(look.workspace, look.tenant, history ? *history : plan::History{}, look.consent,
                                        progress, look.order);
        if (!planned) return std::nullopt;
        if (shows_all(*planned, restored, look, done) || left <= 0ms) {
            planned->plan = plan::only_what_came_back(planned->plan, {restored, look.left_alone}, planned->snapshot);
            if (planned->plan.empty()) return std::nullopt;
            auto consent = look.consent;
            consent.expected_plan = look.approved ? planned->plan.id : std::string{};
            planned->refusals = plan::check_safety(planned->plan, look.workspace.graph, consent);
            return std::move(*planned);
        }
        const auto wait = std::min<std::chrono::milliseconds>(pause, left);
        progress.waits("the tenant does not show everything that was restored yet", wait);
        if (!look.tenant.clock().sleep_for(wait)) return std::nullopt;
        left -= wait;
    }
}

void append(plan::Plan& plan, apply::ApplyResult& result, const plan::Plan& more, apply::ApplyResult more_result) {
    int last = 0;
    for (const auto& step : plan.steps) last = std::max(last, step.id);
    for (auto step : more.steps) {
        step.id += last;
        for (auto& earlier : step.after) earlier += last;
        plan.steps.push_back(std::move(step));
    }
    for (auto& outcome : more_result.outcomes) {
        outcome.step += last;
        result.outcomes.push_back(std::move(outcome));
    }
    result.interrupted = result.interrupted || more_result.interrupted;
    std::move(more_result.warnings.begin(), more_result.warnings.end(), std::back_inserter(result.warnings));
}

}  // namespace regent::controller
