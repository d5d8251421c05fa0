// Renewing one secret and nothing else.

#include "model/attributes.hpp"
#include "plan/planner.hpp"
#include "plan/secrets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// What waits for an apply of the whole, however much a rotation could use it: a person renews one secret, and may not
/// even know what else was committed.
bool is_out_of_question(const Step& step) {
    return step.part.empty() && (step.work == Work::create || step.work == Work::adopt || step.work == Work::remove);
}

/// "update Connector/arm", "add federatedCredentials/arm-mi of Application/portal".
std::string words_of(const Step& step) {
    const auto of = step.part.empty() ? std::string{} : step.part + " of ";
    return fmt::format("{} {}{}", to_string(step.work), of, to_string(step.address));
}

/// Which steps of a plan renew one secret.
class Renewal {
public:
    Renewal(const Plan& plan, const RotationRequest& rotation) : rotation_(rotation) {
        for (const auto& step : plan.steps) steps_.emplace(step.id, &step);
        for (const auto& [id, step] : steps_)
            if (is_about(*step, rotation_)) take(*step);
        // Their ids are a valid order of work: what comes before a step was looked at before it.
        for (const auto& [id, step] : steps_)
            if (!missing_before(*step).empty()) kept_.erase(id);
    }

    [[nodiscard]] bool keeps(int id) const { return kept_.contains(id); }

    /// What is about the secret and is not done, and what it waits for: sentences.
    [[nodiscard]] std::vector<std::string> left_out() const {
        std::vector<std::string> sentences;
        for (const auto& [id, step] : steps_) {
            if (kept_.contains(id) || !is_about(*step, rotation_)) continue;
            auto waits_for = missing_before(*step);
            if (waits_for.empty()) waits_for.insert(words_of(*step));
            sentences.push_back(
                fmt::format("{}: {} is left for `regent apply`", what_is_not_done(*step), fmt::join(waits_for, ", ")));
        }
        return sentences;
    }

private:
    /// With all that it needs. A secret's end asks for nothing: where not everything is done that it waits for, it
    /// waits.
    void take(const Step& step) {
        if (is_out_of_question(step) || !kept_.insert(step.id).second || step.work == Work::drop) return;
        for (const auto before : step.after)
            if (has_to_be_done(step, *steps_.at(before))) take(*steps_.at(before));
    }

    /// Whoever signs in by an old secret may be about to sign in by something else: for its end each step counts.
    [[nodiscard]] bool has_to_be_done(const Step& step, const Step& before) const {
        if (!changes_what_is_there(before, rotation_)) return true;
        return step.work == Work::drop && before.address != rotation_.application;
    }

    [[nodiscard]] std::set<std::string> missing_before(const Step& step) const {
        std::set<std::string> missing;
        for (const auto before : step.after)
            if (!kept_.contains(before) && has_to_be_done(step, *steps_.at(before)))
                missing.insert(words_of(*steps_.at(before)));
        return missing;
    }

    [[nodiscard]] std::string what_is_not_done(const Step& step) const {
        if (step.work == Work::drop)
            return fmt::format("the old secret \"{}\" (key {}) stays", rotation_.secret, step.key_id);
        if (step.part.empty())
            return fmt::format("{} is not given the new secret \"{}\"", to_string(step.address), rotation_.secret);
        return fmt::format("no new secret \"{}\" is issued or handed on", rotation_.secret);
    }

    const RotationRequest& rotation_;
    std::map<int, const Step*> steps_;
    std::set<int> kept_;
};

/// Whether one of `steps` carries `change` out. Of secrets of one name it is told by the key which one goes.
bool is_carried_out(const Change& change, const Address& address, const std::vector<Step>& steps) {
    if (change.path == model::path::client_secrets) {
        const auto part = fmt::format("{}/{}", change.path, change.element);
        return std::any_of(steps.begin(), steps.end(), [&](const auto& step) {
            if (step.address != address || step.part != part) return false;
            return step.work == Work::drop ? change.note.starts_with(note_of_drop(step.key_id, step.summary))
                                           : change.op == Change::Op::add;
        });
    }
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
    const Renewal renewal(plan, rotation);
    std::erase_if(narrow.steps, [&](const auto& step) { return !renewal.keeps(step.id); });
    for (auto& step : narrow.steps) std::erase_if(step.after, [&](int id) { return !renewal.keeps(id); });
    for (auto& resource : narrow.resources) {
        if (resource.address == rotation.application)
            for (auto& sentence : renewal.left_out()) resource.warnings.push_back(std::move(sentence));
        const bool touched = std::any_of(narrow.steps.begin(), narrow.steps.end(),
                                         [&](const auto& step) { return step.address == resource.address; });
        if (!touched) {
            resource.action = Action::none;
            resource.reason = Reason::in_sync;
            resource.changes.clear();
            continue;
        }
        std::erase_if(resource.changes,
                      [&](const auto& change) { return !is_carried_out(change, resource.address, narrow.steps); });
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
