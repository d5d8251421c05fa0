#include "store/event_table.hpp"

#include "store/row_text.hpp"
#include "store/statement.hpp"

#include <algorithm>

namespace regent::store {

void insert_event(SQLite::Database& database, const EventRow& event, const std::string& now) {
    // An event that is here already was sent again after an answer that never came.
    execute(database,
            "INSERT OR IGNORE INTO events (id, environment, at, type, severity, kind, name, reason, path, action, "
            "revision, message, request_id, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            event.id, event.environment, event.at.empty() ? now : event.at, event.type, event.severity, event.kind,
            event.name, event.reason, event.path, event.action, event.revision, clipped(event.message),
            event.request_id, event.run);
    execute(database,
            "DELETE FROM events WHERE environment = ?1 AND number <= "
            "(SELECT number FROM events WHERE environment = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
            event.environment, number(kept_events));
}

std::vector<EventRow> select_events(SQLite::Database& database, const RowFilter& filter) {
    auto events = all<EventRow>(
        statement(database,
                  "SELECT number, id, environment, at, type, severity, kind, name, reason, path, action, revision, "
                  "message, request_id, run FROM events WHERE (?1 = '' OR environment = ?1) AND (?2 = 0 OR run = ?2) "
                  "AND (?3 = '' OR at >= ?3) AND (?4 = '' OR kind = ?4) AND (?5 = '' OR name = ?5) AND "
                  "(?6 = '' OR number > coalesce((SELECT number FROM events WHERE id = ?6), 0)) AND "
                  "CASE severity WHEN 'error' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END >= "
                  "CASE ?7 WHEN 'error' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END ORDER BY number DESC LIMIT ?8",
                  filter.environment, filter.run, in_utc(database, filter.since), filter.kind, filter.name,
                  filter.after_id, filter.minimum_severity, number(filter.limit)),
        [](SQLite::Statement& row) {
            return EventRow{.number = row.getColumn(0).getInt64(),
                            .id = text(row, 1),
                            .environment = text(row, 2),
                            .at = text(row, 3),
                            .type = text(row, 4),
                            .severity = text(row, 5),
                            .kind = text(row, 6),
                            .name = text(row, 7),
                            .reason = text(row, 8),
                            .path = text(row, 9),
                            .action = text(row, 10),
                            .revision = text(row, 11),
                            .message = text(row, 12),
                            .request_id = text(row, 13),
                            .run = row.getColumn(14).getInt64()};
        });
    std::reverse(events.begin(), events.end());
    return events;
}

}  // namespace regent::store
