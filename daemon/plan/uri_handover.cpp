#include "plan/uri_handover.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "plan/diff.hpp"
#include "plan/removals.hpp"
#include "plan/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace regent::plan {
namespace {

using model::Value;

using Goes = std::function<bool(const model::ObservedResource&)>;

/// Who has a URI in the tenant: an application of a manifest, or one of ours whose manifest is gone.
struct UriHolder {
    const Item* item = nullptr;
    const model::ObservedResource* observed = nullptr;
};

std::string key_of(const Value& uri) {
    return model::lower_case(uri.text_or({}));
}

/// Null: its manifest does not say.
template <typename AnyItem>
auto* uris_of(AnyItem& item) {
    const auto it = std::find_if(item.attributes.begin(), item.attributes.end(), [](const auto& resolved) {
        return resolved.attribute->path == model::path::identifier_uris;
    });
    return it == item.attributes.end() ? nullptr : &*it;
}

class UriHandovers {
public:
    UriHandovers(Items& items, const model::Snapshot& observed, const Goes& goes, Plan& plan)
        : items_(items), goes_(goes), plan_(plan) {
        for (auto& [address, item] : items_) {
            find_holders(item);
            givers_.insert(item.comes_after.begin(), item.comes_after.end());
        }
        for (const auto& orphan : observed.orphans) {
            if (orphan.ownership == model::Ownership::ours) add_holder({nullptr, &orphan});
        }
    }

    void run() {
        for (auto& [address, item] : items_) {
            auto* uris = item.standing == Standing::blocked || !item.is_written() ? nullptr : uris_of(item);
            if (uris == nullptr) continue;
            for (auto& element : uris->elements) {
                if (can_have(item, *uris, element)) continue;
                element.known = false;
                element.blocked = true;  // nothing goes for its sake
            }
        }
        for (auto& [address, item] : items_) {
            auto* uris = uris_of(item);
            if (uris == nullptr) continue;
            if (gives_any_away(address)) std::erase_if(uris->elements, is_withheld);
            uris->old_ones_stay = waits_for_.contains(address) && !(gives_any_away(address) && is_in_circle(address));
        }
        // Now that it is known who keeps the old ones for a while.
        for (auto& [address, item] : items_) {
            auto* uris = uris_of(item);
            if (uris == nullptr) continue;
            for (auto& element : uris->elements) {
                const auto giver = element.holder ? let_go_.find(key_of(element.value)) : let_go_.end();
                if (giver != let_go_.end()) element.holder = step_letting_go_of_uris(items_, giver->second);
            }
        }
    }

private:
    void find_holders(Item& item) {
        if (item.observed == nullptr || item.standing == Standing::missing) return;
        const bool is_namesake = item.observed->address != item.desired->address;  // see resolution.cpp
        if (!is_namesake) add_holder({&item, item.observed});
        auto* uris = is_namesake || !item.is_written() ? nullptr : uris_of(item);
        if (uris == nullptr) return;
        for (const auto& change : diff(*uris, nullptr, observed_marks(item.observed)).changes)
            if (change.op == Change::Op::remove) let_go_.emplace(key_of(change.before), item.desired->address);
    }

    void add_holder(UriHolder holder) {
        // One in the recycle bin has its URIs again as soon as it is restored, and cannot be when somebody has one.
        if (holder.observed->deleted && (holder.item == nullptr || !holder.item->is_written())) return;
        const auto it = holder.observed->attributes.find(model::path::identifier_uris);
        const auto* list = it == holder.observed->attributes.end() ? nullptr : it->second.as_list();
        if (list == nullptr) return;
        for (const auto& uri : *list) holders_.emplace(key_of(uri), holder);
    }

    /// False when somebody else has it and keeps it.
    bool can_have(const Item& item, const ResolvedAttribute& uris, ResolvedElement& element) {
        if (!element.known || element.blocked) return true;
        const auto key = key_of(element.value);
        const auto holder = holders_.find(key);
        if (holder == holders_.end() || holder->second.item == &item) return true;
        const auto* there = uris.observed.as_list();
        if (there != nullptr && std::find(there->begin(), there->end(), element.value) != there->end()) return true;
        const auto leaves = let_go_.find(key);
        if (leaves != let_go_.end()) {
            element.holder = StepGraph::key(leaves->second);
            waits_for_[item.desired->address].insert(leaves->second);
            givers_.insert(leaves->second);
            return true;
        }
        const auto& orphan = *holder->second.observed;
        // A new one may be that one under another name: see resolution.cpp.
        if (holder->second.item == nullptr && item.standing == Standing::there && goes_(orphan)) {
            element.holder = removal_key(orphan);
            waits_for_[item.desired->address];
            return true;
        }
        withhold(item, element, holder->second);
        return false;
    }

    bool gives_any_away(const model::Address& address) const { return givers_.contains(address); }

    /// Whether somebody whom it waits for waits for it in turn, by way of however many. One of them has to let go
    /// before it has the new one; elsewhere each is given its new one first.
    bool is_in_circle(const model::Address& address) const {
        std::set<model::Address> seen;
        std::vector<model::Address> next = {address};
        while (!next.empty()) {
            const auto at = std::move(next.back());
            next.pop_back();
            for (const auto& giver : whom_it_waits_for(at)) {
                if (giver == address) return true;
                if (seen.insert(giver).second) next.push_back(giver);
            }
        }
        return false;
    }

    std::set<model::Address> whom_it_waits_for(const model::Address& address) const {
        auto givers = items_.at(address).comes_after;
        if (const auto found = waits_for_.find(address); found != waits_for_.end())
            givers.insert(found->second.begin(), found->second.end());
        return givers;
    }

    static bool is_withheld(const ResolvedElement& element) {
        return element.blocked && references_in(element.value).empty();
    }

    void withhold(const Item& item, const ResolvedElement& element, const UriHolder& holder) {
        Withheld withheld;
        withheld.why = Withheld::Why::unclaimed_namesake;
        withheld.address = item.desired->address;
        withheld.place = element.element->span.known() ? element.element->span.begin() : item.desired->place;
        const auto other = holder.item == nullptr ? holder.observed->address : holder.item->desired->address;
        withheld.message = fmt::format("cannot have the identifier URI {}: {} ({}) has it, and {}",
                                       element.value.text_or({}), to_string(other), holder.observed->id,
                                       holder.item == nullptr ? "its manifest is gone" : "this plan leaves it there");
        withheld.help = help_for(other, holder);
        plan_.withheld.push_back(std::move(withheld));
    }

    static std::string help_for(const model::Address& other, const UriHolder& holder) {
        if (holder.item == nullptr)
            return fmt::format("it can be had in the next run after {} is deleted", to_string(other));
        const auto& desired = *holder.item->desired;
        const bool is_declared = desired.attributes.contains(model::path::identifier_uris);
        if (holder.item->standing == Standing::blocked)
            return fmt::format("it moves when {} can be written again", to_string(other));
        if (!holder.item->is_written())
            return fmt::format("{} is not written (`management.policy`): take the URI away there by hand",
                               to_string(other));
        if (is_ignored(desired, model::path::identifier_uris))
            return fmt::format("take `identifierUris` off the `management.ignore` of {}", to_string(other));
        if (!is_declared)
            return fmt::format(
                "the manifest of {} leaves `identifierUris` out, which leaves alone what is there: list what it is to "
                "keep, `identifierUris: []` for none",
                to_string(other));
        return fmt::format("have it taken away from {} first", to_string(other));
    }

    Items& items_;
    const Goes& goes_;
    Plan& plan_;
    std::map<std::string, UriHolder> holders_;      ///< by the URI in small letters
    std::map<std::string, model::Address> let_go_;  ///< of those, what this plan takes away from them
    std::set<model::Address> givers_;               ///< who lets one go that another application is to have
    /// Who is to have one that somebody else has until then, and who of the applications with a manifest that is.
    std::map<model::Address, std::set<model::Address>> waits_for_;
};

}  // namespace

std::string step_letting_go_of_uris(const Items& items, const model::Address& giver) {
    const auto item = items.find(giver);
    const auto* uris = item == items.end() ? nullptr : uris_of(item->second);
    if (uris == nullptr || !uris->old_ones_stay) return StepGraph::key(giver);
    // Which of its two completing steps takes them, see object_requests.cpp: behind the other one it would wait for
    // connectors that have nothing to do with it.
    const bool own = std::all_of(uris->elements.begin(), uris->elements.end(), [&](const auto& element) {
        const auto references = references_in(element.value);
        return std::all_of(references.begin(), references.end(),
                           [&](const auto& reference) { return reference.address == giver; });
    });
    return StepGraph::key(giver, {}, own ? "complete itself" : "complete");
}

void plan_handovers_of_uris(Items& items, const model::Snapshot& observed, const Goes& goes, Plan& plan) {
    UriHandovers(items, observed, goes, plan).run();
}

}  // namespace regent::plan
