#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/connector_mark.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <optional>
#include <set>
#include <string>

namespace regent::provider::dataverse {

/// A row of the table `connector`, taken apart. Its JSON columns hold texts; here they are JSON, and the definition is
/// without our mark.
struct ConnectorRow {
    std::string id;           ///< connectorid
    std::string name;         ///< "contoso_Azure-20Resource-20Manager": never changes
    std::string title;        ///< displayname
    std::string internal_id;  ///< "shared_…": what Power Apps calls it; empty: Power Apps does not know it yet
    std::string etag;
    std::string saved_at;  ///< modifiedon
    std::string made_by;   ///< createdby: a user of this Dataverse
    bool managed = false;  ///< came with a managed solution: nobody edits it here
    std::optional<connectors::ConnectorMark> mark;
    model::Map attributes;  ///< canonical, but for environment and solution
};

/// Fails with a sentence when a column is no JSON.
[[nodiscard]] tl::expected<ConnectorRow, std::string> read_row(const nlohmann::json& row);

/// Which columns a write carries.
struct RowOptions {
    bool creating = false;
    std::set<std::string, std::less<>> changed;  ///< of an update: attribute paths
    std::string login_origin;
};
/// The columns of a POST or PATCH, without key and name. Fails with a sentence when a value is missing or cannot be
/// said.
[[nodiscard]] tl::expected<nlohmann::json, std::string> to_columns(const model::Map& values,
                                                                   const connectors::ConnectorMark& mark,
                                                                   const RowOptions& options);

/// Whether a write of `columns` would leave `row` as it is: it has been done.
[[nodiscard]] bool holds(const nlohmann::json& row, const nlohmann::json& columns);

/// How what Power Apps shows of a connector differs from the row that it should have taken over: "its definition";
/// empty when it does not. `definition` is as Power Apps gives it back.
[[nodiscard]] std::string not_taken_over(const ConnectorRow& row, const nlohmann::json& connector,
                                         nlohmann::json definition);

}  // namespace regent::provider::dataverse
