#include "controller/hand_overs.hpp"

#include "model/attributes.hpp"
#include "model/secret_delivery.hpp"

#include <algorithm>

namespace regent::controller {
namespace {

constexpr std::string_view secrets_part = "clientSecrets/";

bool issues_secret(const plan::Step& step) {
    return step.work == plan::Work::add && step.part.starts_with(secrets_part);
}

std::string name_of_secret(const plan::Step& issue) {
    return issue.part.substr(secrets_part.size());
}

bool is_delivery(const plan::Step& step) {
    return step.part.starts_with(model::path::secret_deliveries);
}

/// Whether `step` gives somebody what `issue` issued.
bool hands_over(const plan::Step& step, const plan::Step& issue) {
    if (std::find(step.after.begin(), step.after.end(), issue.id) == step.after.end()) return false;
    if (is_delivery(step)) return step.address == issue.address;
    return step.address.kind == model::kind::connector && step.values.contains(model::path::auth_client_secret);
}

std::string receiver_of(const plan::Step& step) {
    if (!is_delivery(step)) return model::to_string(step.address);
    const auto target = step.values.find(model::path::secret_deliveries);
    return target == step.values.end() ? std::string{} : model::delivery_words(target->second);
}

}  // namespace

std::vector<HandOver> hand_overs(const plan::Plan& plan, const apply::ApplyResult& result) {
    std::vector<HandOver> found;
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
        const auto& issue = plan.steps[i];
        if (!issues_secret(issue) || result.outcomes[i].state != apply::StepState::done) continue;
        for (std::size_t j = 0; j < result.outcomes.size(); ++j) {
            if (!hands_over(plan.steps[j], issue)) continue;
            const auto& outcome = result.outcomes[j];
            found.push_back({issue.address, name_of_secret(issue), receiver_of(plan.steps[j]),
                             outcome.state == apply::StepState::done, outcome.error.message});
        }
    }
    return found;
}

std::optional<RotationEnd> end_of_rotation(const plan::Plan& plan, const apply::ApplyResult& result, std::size_t step) {
    const auto& issue = plan.steps[step];
    if (!issues_secret(issue) || issue.reason == plan::Reason::secret_missing) return std::nullopt;
    auto end = RotationEnd::ok;
    bool whole = true;
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
        if (i != step && !hands_over(plan.steps[i], issue)) continue;
        const auto state = result.outcomes[i].state;
        if (state == apply::StepState::failed) end = RotationEnd::failed;
        if (state != apply::StepState::done) whole = false;
    }
    if (end == RotationEnd::ok && !whole) return std::nullopt;
    return end;
}

}  // namespace regent::controller
