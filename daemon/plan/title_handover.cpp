#include "plan/title_handover.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "plan/removals.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace regent::plan {
namespace {

/// Environment, solution (whose publisher's prefix is a part of the name) and title, in small letters.
using Place = std::tuple<std::string, std::string, std::string>;

template <typename TextOf>
std::optional<Place> place_in(const TextOf& text_of) {
    auto environment = model::lower_case(text_of(model::path::environment));
    auto title = model::lower_case(text_of(model::path::display_name));
    const bool in_azure = text_of(model::path::backend) == model::backend::logicapps;
    if (in_azure || environment.empty() || title.empty()) return std::nullopt;
    return Place{std::move(environment), model::lower_case(text_of(model::path::solution)), std::move(title)};
}

std::optional<Place> title_place(const DesiredResource& connector) {
    return place_in([&](std::string_view path) {
        const auto it = connector.attributes.find(path);
        return it == connector.attributes.end() ? std::string{} : it->second.value.text_or({});
    });
}

std::optional<Place> title_place(const model::ObservedResource& connector) {
    return place_in([&](std::string_view path) {
        const auto it = connector.attributes.find(path);
        return it == connector.attributes.end() ? std::string{} : it->second.text_or({});
    });
}

bool is_made(const Item& item) {
    return item.desired->address.kind == model::kind::connector && item.is_made_anew() && item.is_written();
}

bool gives_its_title_up(const Item& item) {
    return item.standing == Standing::outdated && is_made(item);
}

class TitleHandovers {
public:
    TitleHandovers(Items& items, const DesiredGraph& desired, const model::Snapshot& observed, const History& history)
        : items_(items), desired_(desired), observed_(observed), history_(history) {
        for (const auto& [address, resource] : observed.resources) add_holder(resource);
        for (const auto& orphan : observed.orphans) add_holder(orphan);
    }

    bool run() {
        bool changed = false;
        for (auto& [address, item] : items_) {
            item.after_removal.reset();
            if (!is_made(item)) continue;
            const auto* holder = holder_for(item);
            if (holder != nullptr) changed |= !takes_over(item, *holder);
        }
        return changed;
    }

private:
    void add_holder(const model::ObservedResource& connector) {
        if (connector.address.kind != model::kind::connector || connector.deleted) return;
        if (auto place = title_place(connector)) holders_.emplace(std::move(*place), &connector);
    }

    /// The other connector that has the title which `item` is to have; null pointer when nobody has.
    const model::ObservedResource* holder_for(const Item& item) const {
        const auto place = title_place(*item.desired);
        const auto holder = place ? holders_.find(*place) : holders_.end();
        return holder == holders_.end() || holder->second == item.observed ? nullptr : holder->second;
    }

    /// The manifest's connector that `holder` is, and not a copy with its mark; null pointer when its manifest is gone.
    const Item* item_of(const model::ObservedResource& holder) const {
        const auto it = items_.find(holder.address);
        return it == items_.end() || it->second.observed != &holder ? nullptr : &it->second;
    }

    /// False when it cannot be had.
    bool takes_over(Item& item, const model::ObservedResource& holder) {
        const auto* other = item_of(holder);
        if (other != nullptr && gives_its_title_up(*other)) return true;
        // A new one beside one that no manifest declares: see resolution.cpp.
        if (other == nullptr && item.standing == Standing::missing) return true;
        if (other == nullptr && goes(holder, desired_, observed_, items_, history_)) {
            item.after_removal = removal_key(holder);
            return true;
        }
        hold_back(item, holder, other);
        return false;
    }

    static void hold_back(Item& item, const model::ObservedResource& holder, const Item* other) {
        const auto& desired = *item.desired;
        const bool is_new = item.standing == Standing::missing;
        Withheld withheld;
        withheld.why = Withheld::Why::unclaimed_namesake;
        withheld.address = desired.address;
        withheld.place = desired.place;
        const auto title = desired.attributes.find(model::path::display_name)->second.value.text_or({});
        withheld.message = fmt::format(
            "cannot be made{} under the display name \"{}\": {} ({}) has it in the same environment, and {}",
            is_new ? "" : " anew", title, to_string(holder.address), holder.id,
            other == nullptr ? "no manifest declares it" : "this plan leaves it there");
        withheld.help = help_for(holder, other);
        item.standing = is_new ? Standing::blocked : Standing::there;
        item.withheld = std::move(withheld);
    }

    static std::string help_for(const model::ObservedResource& holder, const Item* other) {
        if (other != nullptr)
            return fmt::format("it can be had when {} is deleted or replaced; else choose another displayName",
                               to_string(holder.address));
        if (holder.ownership != model::Ownership::ours) return "choose another displayName, or delete that one first";
        return fmt::format("it can be had in the next run after {} is deleted; else choose another displayName",
                           to_string(holder.address));
    }

    Items& items_;
    const DesiredGraph& desired_;
    const model::Snapshot& observed_;
    const History& history_;
    std::map<Place, const model::ObservedResource*> holders_;
};

}  // namespace

bool hold_back_taken_titles(Items& items, const DesiredGraph& desired, const model::Snapshot& observed,
                            const History& history) {
    return TitleHandovers(items, desired, observed, history).run();
}

std::optional<model::Address> title_holder(const Item& item, const Items& items) {
    if (!is_made(item)) return std::nullopt;
    const auto place = title_place(*item.desired);
    for (const auto& [address, other] : items)
        if (place && &other != &item && gives_its_title_up(other) && title_place(*other.observed) == place)
            return address;
    return std::nullopt;
}

bool is_in_circle_of_titles(const Item& item, const Items& items) {
    auto next = title_holder(item, items);
    for (std::size_t steps = 0; next && steps < items.size(); ++steps) {
        if (*next == item.desired->address) return true;
        next = title_holder(items.at(*next), items);
    }
    return false;
}

}  // namespace regent::plan
