// Renewing one secret and nothing else.

#include "model/attributes.hpp"
#include "plan/planner.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace regent::plan {
namespace {

using model::Address;

bool is_about(const Step& step, const RotationRequest& rotation) {
    const auto part = [&](std::string_view collection) {
        return step.address == rotation.application && step.part == std::string(collection) + "/" + rotation.secret;
    };
    if (part(model::path::client_secrets) || part(model::path::secret_deliveries)) return true;
    const auto text = model::output::secret_text(rotation.secret);
    return std::any_of(step.values.begin(), step.values.end(), [&](const auto& entry) {
        const auto references = model::references_in(entry.second);
        return std::any_of(references.begin(), references.end(), [&](const auto& reference) {
            return reference.address == rotation.application && reference.output == text;
        });
    });
}

/// A change of an object that is there: nothing has to wait for it, though the plan has it first.
bool changes_what_is_there(const Step& step, const RotationRequest& rotation) {
    return step.part.empty() && (step.work == Work::update || step.work == Work::complete) && !is_about(step, rotation);
}

/// The steps about the rotation and all that they need.
std::set<int> needed_steps(const Plan& plan, const RotationRequest& rotation) {
    std::map<int, const Step*> by_id;
    std::vector<int> open;
    for (const auto& step : plan.steps) {
        by_id.emplace(step.id, &step);
        if (is_about(step, rotation)) open.push_back(step.id);
    }
    std::set<int> needed;
    while (!open.empty()) {
        const auto id = open.back();
        open.pop_back();
        if (!needed.insert(id).second) continue;
        for (const auto before : by_id.at(id)->after) {
            if (!changes_what_is_there(*by_id.at(before), rotation)) open.push_back(before);
        }
    }
    return needed;
}

/// Whether one of `steps` carries `change` out.
bool is_carried_out(const Change& change, const Address& address, const std::vector<Step>& steps,
                    const RotationRequest& rotation) {
    if (change.path == model::path::client_secrets)
        return address == rotation.application && change.element == rotation.secret;
    return std::any_of(steps.begin(), steps.end(), [&](const auto& step) {
        if (step.address != address) return false;
        return step.changed.contains(change.path) || (change.sensitive && step.values.contains(change.path));
    });
}

void recount(Plan& plan) {
    plan.summary = {};
    for (const auto& resource : plan.resources) {
        plan.summary.unchanged += resource.action == Action::none ? 1 : 0;
        plan.summary.create += resource.action == Action::create ? 1 : 0;
        plan.summary.adopt += resource.action == Action::adopt ? 1 : 0;
        plan.summary.update += resource.action == Action::update ? 1 : 0;
        plan.summary.replace += resource.action == Action::replace ? 1 : 0;
        plan.summary.remove += resource.action == Action::remove ? 1 : 0;
    }
    plan.deletes = plan.summary.remove + plan.summary.replace;
    for (const auto& step : plan.steps) {
        if (step.work == Work::add && step.part.rfind("clientSecrets/", 0) == 0) ++plan.summary.secrets;
    }
}

}  // namespace

std::vector<std::string> secret_names(const DesiredGraph& desired, const Address& application) {
    std::vector<std::string> names;
    const auto found = desired.resources.find(application);
    if (found == desired.resources.end()) return names;
    const auto secrets = found->second.attributes.find(model::path::client_secrets);
    if (secrets == found->second.attributes.end()) return names;
    for (const auto& element : secrets->second.elements) names.push_back(element.name);
    return names;
}

Plan only_rotation(const Plan& plan, const RotationRequest& rotation) {
    auto narrow = plan;
    const auto needed = needed_steps(plan, rotation);
    std::erase_if(narrow.steps, [&](const auto& step) { return !needed.contains(step.id); });
    for (auto& step : narrow.steps) std::erase_if(step.after, [&](int id) { return !needed.contains(id); });
    for (auto& resource : narrow.resources) {
        const bool touched = std::any_of(narrow.steps.begin(), narrow.steps.end(),
                                         [&](const auto& step) { return step.address == resource.address; });
        if (!touched) {
            resource.action = Action::none;
            resource.reason = Reason::in_sync;
            resource.changes.clear();
            continue;
        }
        std::erase_if(resource.changes, [&](const auto& change) {
            return !is_carried_out(change, resource.address, narrow.steps, rotation);
        });
        const auto issue = std::find_if(narrow.steps.begin(), narrow.steps.end(), [&](const auto& step) {
            return step.address == resource.address && step.work == Work::add && is_about(step, rotation);
        });
        if (issue != narrow.steps.end() && resource.action == Action::update) resource.reason = issue->reason;
    }
    std::erase_if(narrow.resources, [&](const auto& resource) {
        return resource.action == Action::none && resource.address != rotation.application;
    });
    recount(narrow);
    return narrow;
}

}  // namespace regent::plan
