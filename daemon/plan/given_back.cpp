#include "plan/given_back.hpp"

#include "model/attributes.hpp"
#include "model/policy_keys.hpp"
#include "plan/canonical.hpp"
#include "plan/carried_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace regent::plan {
namespace {

using model::Map;
using model::Value;

constexpr const char* of_member = "of";
constexpr const char* shares_member = "shares";
constexpr const char* settings_member = "settings";
constexpr const char* keys_member = "lostKeys";

std::optional<ToGiveBack> remembered_for(const History& history, const Item& item) {
    const auto applied = history.last_applied.find(item.desired->address);
    return applied == history.last_applied.end() ? std::nullopt : ToGiveBack::in(applied->second);
}

bool is_still_there(const ToGiveBack& left, const Item& item) {
    return item.observed != nullptr && !left.of.empty() && item.observed->id == left.of;
}

/// Shares are given to one that is there, too; settings go with the request that makes it.
bool is_of_no_use(const ToGiveBack& left, const Item& item) {
    return is_still_there(left, item) || left.shares.empty() || item.desired->attributes.contains(model::path::shares);
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

void share(Item& item, const Map& shares) {
    const auto* attribute = model::attributes_of(model::kind::connector)->find(model::path::shares);
    model::DesiredAttribute carried;
    carried.exclusive = false;
    for (const auto& [id, share] : shares)
        carried.elements.push_back({.name = id, .value = share, .span = {}, .contributor = {}});
    item.carried_over = std::make_shared<const model::DesiredAttribute>(std::move(carried));
    item.attributes.push_back(resolved(*attribute, *item.carried_over));
}

/// Where the manifest says the policies by now, nothing is missed.
void tell_lost_keys(Item& item, const model::List& headers) {
    if (item.desired->attributes.contains(model::path::policies) && !is_ignored(*item.desired, model::path::policies))
        return;
    for (const auto& header : headers)
        item.lost.push_back(fmt::format(
            "policies: the one that set `{}` to a key is lost: the run that deleted the old connector ended before it "
            "made the new one, and regent remembers no keys; add it by hand",
            header.text_or({})));
}

}  // namespace

Value ToGiveBack::remembered() const {
    Map value;
    if (!of.empty()) value.emplace(of_member, of);
    if (!shares.empty()) value.emplace(shares_member, shares);
    if (!settings.empty()) value.emplace(settings_member, settings);
    if (!lost_keys.empty()) value.emplace(keys_member, lost_keys);
    return value;
}

std::optional<ToGiveBack> ToGiveBack::in(const Map& last_applied) {
    const auto found = last_applied.find(to_give_back);
    if (found == last_applied.end()) return std::nullopt;
    ToGiveBack left;
    const auto map_of = [&](const char* name) {
        const auto* member = found->second.find(name);
        return member == nullptr || member->as_map() == nullptr ? Map{} : *member->as_map();
    };
    if (const auto* of = found->second.find(of_member)) left.of = of->text_or({});
    left.shares = map_of(shares_member);
    left.settings = map_of(settings_member);
    const auto* keys = found->second.find(keys_member);
    if (keys != nullptr && keys->as_list() != nullptr) left.lost_keys = *keys->as_list();
    if (left.is_empty()) return std::nullopt;
    return left;
}

ToGiveBack left_by(const model::ObservedResource& deleted, const Map& sent, Map shares) {
    ToGiveBack left;
    left.of = deleted.id;
    left.shares = std::move(shares);
    left.settings = settings_of_both(deleted, sent);
    const auto policies = left.settings.find(model::path::policies);
    if (policies == left.settings.end()) return left;
    std::vector<std::string> headers;
    policies->second = model::without_keyed_policies(policies->second, headers);
    for (auto& header : headers) left.lost_keys.emplace_back(std::move(header));
    return left;
}

void give_back(const History& history, Items& items) {
    for (auto& [address, item] : items) {
        const bool begins_anew = item.standing == Standing::missing || item.standing == Standing::there;
        if (address.kind != model::kind::connector || !begins_anew || !item.is_written()) continue;
        const auto left = remembered_for(history, item);
        if (!left) continue;
        if (item.standing == Standing::missing) {
            give_settings_back(item, left->settings);
            tell_lost_keys(item, left->lost_keys);
        }
        if (!is_of_no_use(*left, item)) share(item, left->shares);
    }
}

void forget_what_was_left(const History& history, const model::Snapshot& observed, const Items& items, Plan& plan) {
    for (const auto& [address, values] : history.last_applied) {
        if (values.contains(to_give_back) && !items.contains(address) && !is_orphan(address, observed))
            plan.unmanaged[address].emplace_back(to_give_back);
    }
    for (const auto& [address, item] : items) {
        const auto left = remembered_for(history, item);
        if (left && item.standing == Standing::there && is_of_no_use(*left, item))
            plan.unmanaged[address].emplace_back(to_give_back);
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
