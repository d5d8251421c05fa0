#include "controller/second_look.hpp"

#include "controller/remembering.hpp"
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

/// Whether what a step has just taken away is shown no more: a member of a list, or a named element.
bool lacks(const model::ObservedResource& there, const plan::Step& step) {
    const auto slash = step.part.find('/');
    if (slash == std::string::npos) return true;
    const auto path = step.part.substr(0, slash);
    const auto seen = there.attributes.find(path);
    if (seen == there.attributes.end()) return true;
    if (seen->second.as_map() != nullptr) return seen->second.find(step.part.substr(slash + 1)) == nullptr;
    const auto* list = seen->second.as_list();
    const auto written = step.values.find(path);
    const auto* gone = written == step.values.end() ? nullptr : written->second.as_list();
    return list == nullptr || gone == nullptr || std::none_of(gone->begin(), gone->end(), [&](const auto& element) {
               return std::find(list->begin(), list->end(), element) != list->end();
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
        if (!restored.contains(step.address) || look.left_alone.contains(step.address)) return true;
        if (step.work == plan::Work::drop) return lacks(*there(step.address), step);
        const bool adds = step.work == plan::Work::add || step.work == plan::Work::change;
        if (!adds) return true;
        return std::all_of(step.changed.begin(), step.changed.end(),
                           [&](const auto& path) { return holds(*there(step.address), step, path); });
    });
}

/// Whether `plan` is about its object and does not say it yet.
bool is_news(const plan::Plan& plan, const plan::Withheld& withheld) {
    const auto is_its = [&](const auto& one) { return one.address == withheld.address; };
    return std::any_of(plan.resources.begin(), plan.resources.end(), is_its) &&
           std::none_of(plan.withheld.begin(), plan.withheld.end(),
                        [&](const auto& said) { return is_its(said) && said.message == withheld.message; });
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
        const auto history = recall(look.store, look.workspace);
        auto planned = observe_and_plan(look.workspace, look.tenant, history ? *history : plan::History{}, look.consent,
                                        progress, look.order);
        if (!planned) return std::nullopt;
        if (shows_all(*planned, restored, look, done) || left <= 0ms) {
            planned->plan = plan::only_what_came_back(planned->plan, {restored, look.left_alone}, planned->snapshot);
            std::erase_if(planned->plan.withheld, [&](const auto& withheld) { return !is_news(done, withheld); });
            if (planned->plan.empty() && planned->plan.withheld.empty()) return std::nullopt;
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

bool is_worth_another_look(const plan::Plan& seen) {
    return !seen.empty() && std::any_of(seen.withheld.begin(), seen.withheld.end(), [](const auto& withheld) {
        return withheld.why == plan::Withheld::Why::unvouched;
    });
}

void tell_unvouched(plan::Plan& plan, const plan::Plan& seen) {
    for (const auto& withheld : seen.withheld) {
        if (withheld.why == plan::Withheld::Why::unvouched && is_news(plan, withheld))
            plan.withheld.push_back(withheld);
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
