#include "store/object_table.hpp"

#include "store/row_text.hpp"
#include "store/statement.hpp"

#include <set>

namespace regent::store {

void replace_objects(SQLite::Database& database, const std::string& environment,
                     const std::vector<ObjectRow>& objects) {
    std::set<model::Address> kept;
    for (const auto& object : objects) {
        kept.insert(object.address);
        // Most objects are as they were a minute ago: the condition spares the disk their rows.
        execute(database,
                "INSERT INTO objects (environment, kind, name, ready, reason, message, since, last_change, "
                "last_change_summary, next_try, failures, error_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (environment, kind, name) DO UPDATE SET ready = excluded.ready, "
                "reason = excluded.reason, message = excluded.message, since = excluded.since, "
                "last_change = excluded.last_change, last_change_summary = excluded.last_change_summary, "
                "next_try = excluded.next_try, failures = excluded.failures, error_code = excluded.error_code "
                "WHERE (ready, reason, message, since, last_change, last_change_summary, next_try, failures, "
                "error_code) IS NOT (excluded.ready, excluded.reason, excluded.message, excluded.since, "
                "excluded.last_change, excluded.last_change_summary, excluded.next_try, excluded.failures, "
                "excluded.error_code)",
                environment, object.address.kind, object.address.name, object.ready, object.reason,
                clipped(object.message), object.since, object.last_change, clipped(object.last_change_summary),
                object.next_try, object.failures, object.error_code);
    }
    for (const auto& before : select_objects(database, environment)) {
        if (kept.contains(before.address)) continue;
        execute(database, "DELETE FROM objects WHERE environment = ? AND kind = ? AND name = ?", environment,
                before.address.kind, before.address.name);
    }
}

std::vector<ObjectRow> select_objects(SQLite::Database& database, const std::string& environment) {
    return all<ObjectRow>(statement(database,
                                    "SELECT environment, kind, name, ready, reason, message, since, last_change, "
                                    "last_change_summary, next_try, failures, error_code FROM objects "
                                    "WHERE environment = ? ORDER BY kind, name",
                                    environment),
                          [](SQLite::Statement& row) {
                              return ObjectRow{.environment = text(row, 0),
                                               .address = {text(row, 1), text(row, 2)},
                                               .ready = text(row, 3),
                                               .reason = text(row, 4),
                                               .message = text(row, 5),
                                               .since = text(row, 6),
                                               .last_change = text(row, 7),
                                               .last_change_summary = text(row, 8),
                                               .next_try = text(row, 9),
                                               .failures = row.getColumn(10).getInt(),
                                               .error_code = text(row, 11)};
                          });
}

}  // namespace regent::store
