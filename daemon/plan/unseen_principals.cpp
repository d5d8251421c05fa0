#include "plan/unseen_principals.hpp"

#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "plan/diff.hpp"
#include "plan/vouching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace regent::plan {
namespace {

using model::Address;

/// A run that was killed between an application and its service principal goes on, also where nothing is remembered.
constexpr std::chrono::hours young(1);

constexpr std::array grants = {model::path::assigned_people, model::path::assigned_applications,
                               model::path::consented_scopes, model::path::consented_roles};

bool is_grant(const model::Attribute& attribute) {
    return std::find(grants.begin(), grants.end(), attribute.path) != grants.end();
}

const ResolvedAttribute* wanted_principal(const Item& item) {
    const auto it = std::find_if(item.attributes.begin(), item.attributes.end(), [](const auto& resolved) {
        return resolved.attribute->path == model::path::service_principal;
    });
    return it == item.attributes.end() || it->value != model::Value(true) ? nullptr : &*it;
}

bool is_unseen(const Item& item) {
    return item.desired->address.kind == model::kind::application && item.observed != nullptr && !item.is_made_anew() &&
           item.is_written() && model::is_principal_in_bin_unknown(*item.observed) && wanted_principal(item) != nullptr;
}

/// Whether none is missing that anybody could have given something to.
bool never_had_one(const Item& item, const model::Snapshot& observed, const History& history) {
    const auto applied = history.last_applied.find(item.desired->address);
    if (applied != history.last_applied.end()) {
        const auto had = applied->second.find(model::path::service_principal);
        if (had != applied->second.end() && had->second == model::Value(true)) return false;
        if (!applied->second.contains(found_by_key)) return true;
    }
    return item.observed->created_at && *item.observed->created_at + young > observed.taken_at;
}

/// What is written to a service principal, and so waits for it; not what it is given and gives, which has marks.
bool is_part_of_principal(const model::Attribute& attribute) {
    return attribute.path == model::path::service_principal || attribute.path == model::path::principal_owners ||
           attribute.part == model::path::principal_settings;
}

void block(ResolvedElement& element) {
    element.known = false;
    element.blocked = true;
}

/// Nobody can say what is there: the one in the recycle bin may hold some.
void leave_out_what_hangs_on_it(Item& item) {
    std::erase_if(item.attributes, [](const auto& resolved) { return is_part_of_principal(*resolved.attribute); });
    for (auto& resolved : item.attributes) {
        if (!is_grant(*resolved.attribute)) continue;
        resolved.unreadable = true;
        for (auto& element : resolved.elements) block(element);
    }
}

/// Where others are to give it something, to be given something by it, or to be owned by it.
bool needs_principal(const model::Attribute& attribute, const model::Reference& reference) {
    return is_grant(attribute) || reference.output == model::output::service_principal_id;
}

Withheld waiting(const Item& item, const ResolvedAttribute& attribute, const model::Element& element,
                 const Address& giver) {
    Withheld withheld;
    withheld.why = Withheld::Why::waits_for_withheld;
    withheld.address = item.desired->address;
    withheld.place = element.span.known() ? element.span.begin() : item.desired->place;
    withheld.message =
        fmt::format("waits with `{}` for the service principal of {}", attribute.attribute->path, to_string(giver));
    withheld.help = fmt::format("see {}: what it lacks is said there", to_string(giver));
    return withheld;
}

/// What of `item` waits with one of `unseen`; what is there already is missed by nobody.
void block_references(Item& item, const std::set<Address>& unseen, Plan& plan) {
    const auto tell = [&](const ResolvedAttribute& attribute, const ResolvedElement& element, const Address& giver) {
        if (!item.is_written() || unseen.contains(item.desired->address) || !element.now.is_null()) return;
        auto told = waiting(item, attribute, *element.element, giver);
        const bool known = std::any_of(plan.withheld.begin(), plan.withheld.end(), [&](const auto& other) {
            return other.address == told.address && other.message == told.message;
        });
        if (!known) plan.withheld.push_back(std::move(told));
    };
    for (auto& resolved : item.attributes) {
        for (auto& element : resolved.elements) {
            for (const auto& reference : references_in(element.element->value)) {
                if (!unseen.contains(reference.address) || !needs_principal(*resolved.attribute, reference)) continue;
                block(element);
                tell(resolved, element, reference.address);
            }
        }
    }
}

Withheld withheld(const Item& item, const History& history) {
    const auto& principal = *wanted_principal(item);
    const auto applied = history.last_applied.find(item.desired->address);
    const model::Value* last = nullptr;
    if (applied != history.last_applied.end()) {
        const auto it = applied->second.find(model::path::service_principal);
        if (it != applied->second.end()) last = &it->second;
    }
    const auto app_id = item.observed->outputs.find(model::output::app_id);
    Withheld withheld;
    withheld.why = Withheld::Why::no_place;
    withheld.address = item.desired->address;
    withheld.place = principal.desired->span.known() ? principal.desired->span.begin() : item.desired->place;
    withheld.message =
        "has no service principal any more, and none is made: whether its own lies in the recycle bin cannot be looked "
        "at, and with a new one what people were assigned and consented to would be gone for good";
    withheld.help = fmt::format(
        "grant regent `Application.Read.All`, which restores it, or have it restored in the portal. Is there none, or "
        "is it not wanted back: `az ad sp create --id {}`",
        app_id == item.observed->outputs.end() ? "…" : app_id->second);
    withheld.changes = diff(principal, last, observed_marks(item.observed)).changes;
    return withheld;
}

}  // namespace

void withhold_unseen_principals(const model::Snapshot& observed, const History& history, Items& items, Plan& plan) {
    std::set<Address> unseen;
    for (auto& [address, item] : items) {
        if (!is_unseen(item) || item.standing == Standing::unclaimed || never_had_one(item, observed, history))
            continue;
        unseen.insert(address);
        plan.withheld.push_back(withheld(item, history));
        leave_out_what_hangs_on_it(item);
    }
    if (unseen.empty()) return;
    for (auto& [address, item] : items) block_references(item, unseen, plan);
}

void warn_of_unseen_principals(const Items& items, Plan& plan) {
    for (auto& resource : plan.resources) {
        const auto item = items.find(resource.address);
        if (item == items.end() || item->second.standing != Standing::unclaimed || !is_unseen(item->second)) continue;
        resource.warnings.emplace_back(
            "it has no service principal, and a new one is made: whether one lies in the recycle bin cannot be looked "
            "at without `Application.Read.All`. If somebody deleted it, have it restored first, with what people were "
            "assigned and consented to");
    }
}

}  // namespace regent::plan
