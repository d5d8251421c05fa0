#include "plan/risk.hpp"

#include "plan/replacement.hpp"
#include "plan/risk_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

Rating rate(const Change& change, const RiskContext& context) {
    const auto rule = risk_rule_of(context.resource.address.kind, change.path);
    if (rule != nullptr) return rule(change, context);
    // A kind's new attribute is looked at rather than waved through, until somebody has said what it is worth.
    return medium(fmt::format("regent cannot judge a change of `{}`", change.path));
}

/// What happens to the object itself, whatever is in it.
Rating rate_action(const ResourceChange& resource, const model::ObservedResource* object = nullptr) {
    const bool application = resource.address.kind == model::kind::application;
    switch (resource.action) {
        case Action::remove:
            return high(application ? "nobody can sign in with it any more; for 30 days it can be restored"
                                    : "it cannot be brought back, and its connections stop working");
        case Action::replace:
            return high(fmt::format("what is there is deleted first, and {} lost",
                                    object == nullptr ? "connections to it are" : lost_connections(*object)));
        case Action::adopt:
            return medium("an object that exists is taken over, and from then on its manifest decides");
        case Action::none:
        case Action::create:
        case Action::update:
            break;
    }
    return harmless();
}

}  // namespace

const model::ObservedResource* RiskContext::object() const noexcept {
    const auto it = observed.resources.find(resource.address);
    return it == observed.resources.end() || it->second.deleted ? nullptr : &it->second;
}

void rate_risks(Plan& plan, const model::Environment& environment, const model::Snapshot& observed) {
    for (auto& resource : plan.resources) {
        if (resource.action == Action::none) continue;
        auto own = rate_action(resource, RiskContext{environment, observed, resource}.object());
        resource.risk = own.risk;
        resource.risk_reason = std::move(own.reason);
        for (auto& change : resource.changes) {
            auto rating = rate(change, {environment, observed, resource});
            change.risk = rating.risk;
            change.risk_reason = std::move(rating.reason);
            resource.risk = std::max(resource.risk, change.risk);
        }
    }
}

model::Risk risk_of_action(const ResourceChange& resource) {
    return rate_action(resource).risk;
}

const model::Place& RiskNote::place() const noexcept {
    return change != nullptr && change->place.known() ? change->place : resource->place;
}

std::vector<RiskNote> risk_notes(const Plan& plan) {
    std::vector<RiskNote> notes;
    for (const auto& resource : plan.resources) {
        if (!resource.risk_reason.empty()) {
            notes.push_back({risk_of_action(resource), &resource, nullptr, resource.risk_reason});
        }
        for (const auto& change : resource.changes) {
            if (change.risk != model::Risk::low) notes.push_back({change.risk, &resource, &change, change.risk_reason});
        }
    }
    std::stable_sort(notes.begin(), notes.end(), [](const auto& a, const auto& b) { return a.risk > b.risk; });
    return notes;
}

std::vector<RiskNote> all_risk_notes(const Plan& plan) {
    auto notes = risk_notes(plan);
    for (const auto& resource : plan.resources) {
        const bool has_parts = resource.action == Action::update || resource.action == Action::adopt;
        if (resource.action == Action::none) continue;
        if (resource.risk_reason.empty() && (!has_parts || resource.changes.empty()))
            notes.push_back({model::Risk::low, &resource, nullptr, {}});
        if (!has_parts) continue;
        for (const auto& change : resource.changes) {
            if (change.risk == model::Risk::low) notes.push_back({change.risk, &resource, &change, {}});
        }
    }
    return notes;
}

std::string name_of(const Change& change) {
    return change.element.empty() ? change.path : fmt::format("{} \"{}\"", change.path, change.element);
}

model::Risk highest_risk(const Plan& plan) noexcept {
    auto highest = model::Risk::low;
    for (const auto& resource : plan.resources) highest = std::max(highest, resource.risk);
    return highest;
}

}  // namespace regent::plan
