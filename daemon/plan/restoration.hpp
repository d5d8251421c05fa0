#pragma once

#include "model/snapshot.hpp"
#include "model/value.hpp"
#include "plan/resolution.hpp"

#include <string>

namespace regent::plan {

/// Whether `application` has the identifier URI, whatever its capitals.
[[nodiscard]] bool holds_uri(const model::ObservedResource& application, const model::Value& uri);

/// What comes out of the recycle bin has its identifier URIs again, which nobody else may have then. One that another
/// application of `items` has since comes after that one has let go of it (Item::comes_after); where nobody lets go, it
/// stays where it is, and its `withheld` says who. `graph` is where people send requests to. True when that was done to
/// any, which others may depend on.
bool hold_back_restorations(Items& items, const model::Snapshot& observed, const std::string& graph);

}  // namespace regent::plan
