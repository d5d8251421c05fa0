#include "plan/shares_given_back.hpp"

#include "model/attributes.hpp"
#include "plan/canonical.hpp"

#include <algorithm>
#include <memory>

namespace regent::plan {
namespace {

using model::Map;
using model::Value;

constexpr const char* of_member = "of";
constexpr const char* shares_member = "shares";

std::optional<SharesToGiveBack> remembered_for(const History& history, const Item& item) {
    const auto applied = history.last_applied.find(item.desired->address);
    return applied == history.last_applied.end() ? std::nullopt : SharesToGiveBack::in(applied->second);
}

bool is_of_no_use(const SharesToGiveBack& left, const Item& item) {
    const bool is_still_there = item.observed != nullptr && !left.of.empty() && item.observed->id == left.of;
    return is_still_there || item.desired->attributes.contains(model::path::shares);
}

bool is_orphan(const model::Address& address, const model::Snapshot& observed) {
    return std::any_of(observed.orphans.begin(), observed.orphans.end(),
                       [&](const auto& orphan) { return orphan.address == address; });
}

ResolvedAttribute resolved(const model::Attribute& attribute, const model::DesiredAttribute& desired) {
    ResolvedAttribute shares;
    shares.attribute = &attribute;
    shares.desired = &desired;
    for (const auto& element : desired.elements) {
        ResolvedElement one;
        one.element = &element;
        one.value = element.value;
        shares.elements.push_back(std::move(one));
    }
    // Nobody has read them, and who has one already loses nothing by being given it again.
    shares.observed = canonical(attribute, {});
    return shares;
}

}  // namespace

Value SharesToGiveBack::remembered() const {
    Map value{{shares_member, shares}};
    if (!of.empty()) value.emplace(of_member, of);
    return value;
}

std::optional<SharesToGiveBack> SharesToGiveBack::in(const Map& last_applied) {
    const auto found = last_applied.find(shares_to_give_back);
    if (found == last_applied.end()) return std::nullopt;
    const auto* shares = found->second.find(shares_member);
    if (shares == nullptr || shares->as_map() == nullptr) return std::nullopt;
    const auto* of = found->second.find(of_member);
    return SharesToGiveBack{of == nullptr ? std::string{} : of->text_or({}), *shares->as_map()};
}

void give_shares_back(const History& history, Items& items) {
    for (auto& [address, item] : items) {
        const bool begins_anew = item.standing == Standing::missing || item.standing == Standing::there;
        if (address.kind != model::kind::connector || !begins_anew || !item.is_written()) continue;
        const auto left = remembered_for(history, item);
        if (!left || is_of_no_use(*left, item)) continue;
        const auto* attribute = model::attributes_of(address.kind)->find(model::path::shares);
        model::DesiredAttribute carried;
        carried.exclusive = false;
        for (const auto& [id, share] : left->shares)
            carried.elements.push_back({.name = id, .value = share, .span = {}, .contributor = {}});
        item.carried_over = std::make_shared<const model::DesiredAttribute>(std::move(carried));
        item.attributes.push_back(resolved(*attribute, *item.carried_over));
    }
}

void forget_shares_given_back(const History& history, const model::Snapshot& observed, const Items& items, Plan& plan) {
    for (const auto& [address, values] : history.last_applied) {
        if (values.contains(shares_to_give_back) && !items.contains(address) && !is_orphan(address, observed))
            plan.unmanaged[address].emplace_back(shares_to_give_back);
    }
    for (const auto& [address, item] : items) {
        const auto left = remembered_for(history, item);
        if (left && item.standing == Standing::there && is_of_no_use(*left, item))
            plan.unmanaged[address].emplace_back(shares_to_give_back);
    }
}

bool gives_share_back(const Plan& plan, const Step& step) {
    const auto prefix = std::string(model::path::shares) + "/";
    if (step.work != Work::add || !step.part.starts_with(prefix)) return false;
    return std::any_of(plan.resources.begin(), plan.resources.end(), [&](const auto& resource) {
        if (resource.address != step.address) return false;
        const auto& changes = resource.changes;
        return std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
            const bool is_declared = change.place.known() || change.contributor;
            return change.path == model::path::shares && prefix + change.element == step.part && !is_declared;
        });
    });
}

}  // namespace regent::plan
