#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::simulator {

/// A parsed `$filter` of the part of OData that directory objects support: eq, ne, ge, le, in, startsWith, endsWith,
/// not, and, or, any(), `x/$count`. https://learn.microsoft.com/graph/filter-query-parameter
struct Filter {
    std::function<bool(const nlohmann::json&)> matches;
    /// Needs `ConsistencyLevel: eventual` and `$count=true` (ne, not, endsWith, ge, le, $count).
    bool advanced = false;
    /// `member eq 'text'`, and `list/any(x: x eq 'text')`, that every match fulfils: what an index can be asked for.
    std::vector<std::pair<std::string, std::string>> equalities;
};

/// Nothing when it cannot be parsed.
[[nodiscard]] std::optional<Filter> parse_filter(std::string_view text);

}  // namespace regent::simulator
