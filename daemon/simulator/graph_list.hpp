#pragma once

#include "simulator/graph_request.hpp"

#include <chrono>
#include <functional>
#include <vector>

namespace regent::simulator {

/// What a listing needs to know of its collection.
struct Listing {
    using Json = nlohmann::json;
    using Objects = std::vector<const Json*>;

    std::string context;  ///< "applications"
    std::function<Objects()> objects;
    /// Those that hold a value in a member that has an index; empty function: there are none.
    std::function<Objects(const std::string& member, const std::string& value)> holders;
    /// Stored object → what Graph shows when `select` is asked for, of one object or in a list.
    std::function<Json(const Json&, const std::string& select, bool is_single)> project =
        [](const Json& object, const std::string&, bool) { return object; };
    /// Stored object → what filters, searches and orders see; empty function: the stored object.
    std::function<Json(const Json&)> seen;
    /// The related objects of one, for `$expand`; null JSON when there is no such relation.
    std::function<Json(const Json&, const std::string& relation)> expand;
    bool expand_credentials_refused = false;
    bool page_tokens_expire = false;
    bool order_is_advanced = false;  ///< `$orderby` needs `ConsistencyLevel: eventual` even without `$filter`
};

/// Filters, sorts, pages, selects and expands. Pages are 100 objects, at most 999 by `$top`, and 100 again with
/// `$expand`.
[[nodiscard]] Response list_objects(const GraphRequest& request, const Listing& listing);

/// One object with `$select` and `$expand` applied.
[[nodiscard]] Response show_object(const GraphRequest& request, const Listing& listing, const nlohmann::json& object);

/// Keeps what `$select` names (and @odata members); everything without it.
[[nodiscard]] nlohmann::json selected(const nlohmann::json& object, const std::string& select);

}  // namespace regent::simulator
