#pragma once

#include "plan/resolution.hpp"

#include <optional>

namespace regent::plan {

/// Power Platform has one connector of a title in an environment, and its old title stays with it until it is deleted.
/// A connector that is made, or made anew, under a title that another one of `items` has and gives up by being replaced
/// itself comes after that one's deletion: see title_holder(). Where the other one keeps it, the creation would be
/// refused when the old connector is gone already: a replacement is held back (Item::withheld says why), and the rest
/// of the connector is kept up; a new one is withheld. True when that was done to any, which others may depend on.
///
/// The same with one of ours whose manifest is gone and that this plan removes (Item::after_removal), but for a new
/// connector, which may be that one under another name.
bool hold_back_taken_titles(Items& items, const DesiredGraph& desired, const model::Snapshot& observed,
                            const History& history);

/// Of a connector that this plan makes: who has its title until this plan deletes that one.
[[nodiscard]] std::optional<model::Address> title_holder(const Item& item, const Items& items);

/// Whether the connector that `item` takes its title from takes its own from `item` again, by way of others or not.
[[nodiscard]] bool is_in_circle_of_titles(const Item& item, const Items& items);

}  // namespace regent::plan
