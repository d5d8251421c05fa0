#pragma once

#include "model/attributes.hpp"
#include "plan/resolution.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// What the new connector has to be given when one is replaced, and may be out of sight: what is read with requests of
/// its own, and the keys that policies name. While it cannot be seen, the old one stays.
inline constexpr std::array<std::string_view, 3> read_before_replacing{model::path::shares, model::path::script,
                                                                       model::path::policies};

/// A field that a manifest does not manage is left alone; of a connector that is made anew that means: as the old one
/// had it. Gives the new one what the old one has of what no manifest declares or `management.ignore` leaves to people.
/// Shares, which have requests of their own, are carried over elsewhere.
void carry_over_settings(Item& item);

/// Of a connector that was `deleted` to be made anew with the values `sent`: the settings that both have, by path.
[[nodiscard]] model::Map settings_of_both(const model::ObservedResource& deleted, const model::Map& sent);

/// Gives a connector that is made what no manifest declares or `management.ignore` leaves to people, of `settings`: the
/// run that deleted the one before ended before it made this one.
void give_settings_back(Item& item, const model::Map& settings);

/// Of a connector that is made anew: what people have in the old one and the new one does not get, in sentences.
[[nodiscard]] std::vector<std::string> settings_lost(const Item& item);

}  // namespace regent::plan
