#pragma once

#include "simulator/graph_request.hpp"

#include <chrono>
#include <functional>
#include <vector>

namespace regent::simulator {

/// What a listing needs to know of its collection.
struct Listing {
    std::string context;  ///< "applications"
    std::vector<const nlohmann::json*> objects;
    std::function<nlohmann::json(const nlohmann::json&)> project;  ///< stored object → what Graph shows
    /// The related objects of one, for `$expand`; null JSON when there is no such relation.
    std::function<nlohmann::json(const nlohmann::json&, const std::string& relation)> expand;
    bool expand_credentials_refused = false;
    bool page_tokens_expire = false;
};

/// Filters, sorts, pages, selects and expands. Pages are 100 objects, at most 999 by `$top`, and 100 again with
/// `$expand`.
[[nodiscard]] Response list_objects(const GraphRequest& request, const Listing& listing);

/// One object with `$select` and `$expand` applied.
[[nodiscard]] Response show_object(const GraphRequest& request, const Listing& listing, const nlohmann::json& object);

/// Keeps what `$select` names (and @odata members); everything without it.
[[nodiscard]] nlohmann::json selected(const nlohmann::json& object, const std::string& select);

}  // namespace regent::simulator
