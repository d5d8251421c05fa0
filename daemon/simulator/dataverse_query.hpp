#pragma once

#include "simulator/dataverse_answer.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace regent::simulator {

/// The part of OData that reading connectors and solutions needs: `$select`, `$filter` of `column eq literal` joined by
/// `and`, `$top`, and pages by `Prefer: odata.maxpagesize`.
/// https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/overview
struct DataverseQuery {
    std::vector<std::string> select;  ///< empty: all
    std::vector<std::pair<std::string, nlohmann::json>> equalities;
    std::size_t page_size = 5000;
    std::size_t skip = 0;

    [[nodiscard]] bool matches(const nlohmann::json& row) const;
};

/// `known` says which columns there are.
[[nodiscard]] std::variant<DataverseQuery, DataverseError> read_dataverse_query(
    const Request& request, const std::string& type, const std::function<bool(const std::string&)>& known);

/// `{"value": […], "@odata.nextLink"}` of the rows that match, in their order.
[[nodiscard]] nlohmann::json dataverse_page(const Request& request, const std::string& set, const DataverseQuery& query,
                                            const std::vector<nlohmann::json>& rows);

}  // namespace regent::simulator
