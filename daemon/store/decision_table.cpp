#include "store/decision_table.hpp"

#include "store/row_text.hpp"
#include "store/statement.hpp"

namespace regent::store {

void insert_pause(SQLite::Database& database, const PauseRow& pause, const std::string& now) {
    execute(database,
            "INSERT OR REPLACE INTO pauses (environment, kind, name, reason, by_whom, since, until) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            pause.environment, pause.kind, pause.name, clipped(pause.reason), clipped(pause.by),
            pause.since.empty() ? now : pause.since, pause.until);
}

void delete_pause(SQLite::Database& database, const std::string& environment, const std::string& kind,
                  const std::string& name) {
    execute(database, "DELETE FROM pauses WHERE environment = ? AND kind = ? AND name = ?", environment, kind, name);
}

std::vector<PauseRow> select_pauses(SQLite::Database& database) {
    return all<PauseRow>(statement(database,
                                   "SELECT environment, kind, name, reason, by_whom, since, until FROM pauses "
                                   "ORDER BY environment, kind, name"),
                         [](SQLite::Statement& row) {
                             return PauseRow{.environment = text(row, 0),
                                             .kind = text(row, 1),
                                             .name = text(row, 2),
                                             .reason = text(row, 3),
                                             .by = text(row, 4),
                                             .since = text(row, 5),
                                             .until = text(row, 6)};
                         });
}

void insert_approval(SQLite::Database& database, const ApprovalRow& approval, const std::string& now) {
    execute(database,
            "INSERT OR REPLACE INTO approvals (environment, plan_id, revision, by_whom, at) VALUES (?, ?, ?, ?, ?)",
            approval.environment, approval.plan_id, approval.revision, clipped(approval.by),
            approval.at.empty() ? now : approval.at);
    execute(database,
            "DELETE FROM approvals WHERE environment = ?1 AND id <= "
            "(SELECT id FROM approvals WHERE environment = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            approval.environment, number(kept_approvals));
}

void delete_approvals(SQLite::Database& database, const std::string& environment, const std::string& but_of_plan) {
    execute(database, "DELETE FROM approvals WHERE environment = ? AND plan_id <> ?", environment, but_of_plan);
}

std::vector<ApprovalRow> select_approvals(SQLite::Database& database, const std::string& environment) {
    return all<ApprovalRow>(statement(database,
                                      "SELECT environment, plan_id, revision, by_whom, at FROM approvals "
                                      "WHERE environment = ? ORDER BY id DESC",
                                      environment),
                            [](SQLite::Statement& row) {
                                return ApprovalRow{.environment = text(row, 0),
                                                   .plan_id = text(row, 1),
                                                   .revision = text(row, 2),
                                                   .by = text(row, 3),
                                                   .at = text(row, 4)};
                            });
}

void write_cursor(SQLite::Database& database, const std::string& name, const std::string& value) {
    if (value.empty()) {
        execute(database, "DELETE FROM cursors WHERE name = ?", name);
    } else {
        execute(database, "INSERT OR REPLACE INTO cursors (name, value) VALUES (?, ?)", name, value);
    }
}

std::string read_cursor(SQLite::Database& database, const std::string& name) {
    auto row = statement(database, "SELECT value FROM cursors WHERE name = ?", name);
    return row.executeStep() ? text(row, 0) : std::string();
}

}  // namespace regent::store
