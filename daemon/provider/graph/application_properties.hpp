#pragma once

#include "model/snapshot.hpp"
#include "model/value.hpp"
#include "provider/graph/strict_reading.hpp"

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>
#include <string_view>

namespace regent::provider::graph {

// The attributes of an application that are one property of its JSON each, whatever its shape:
// application_properties.cpp holds the table. Permissions, tags and what has requests of its own are left to others.

using Paths = std::set<std::string, std::less<>>;

/// The members of an application that have to be selected for them; those that are read on demand only where
/// `on_demand` names their attributes. With commas.
[[nodiscard]] std::string property_members(const Paths& on_demand);

/// Of these only those that Graph shows to whom selects them; empty when `on_demand` names none.
[[nodiscard]] std::string members_on_demand(const Paths& on_demand);

/// Reads them all; of those on demand only the ones in `on_demand`.
void read_properties(StrictReading& reading, const nlohmann::json& application, const Paths& on_demand,
                     model::Map& into);

/// The body that writes the attributes `changed` of `values`. Groups of which nobody promises that they merge (such as
/// `optionalClaims`) travel whole, the other members as `values` or else `observed` (may be null) say.
[[nodiscard]] nlohmann::json property_body(const Paths& changed, const model::Map& values,
                                           const model::ObservedResource* observed);

}  // namespace regent::provider::graph
