#include "store/run_table.hpp"

#include "model/attributes.hpp"
#include "store/row_text.hpp"
#include "store/statement.hpp"

#include <algorithm>

namespace regent::store {
namespace {

const std::string& last_at(const RunRow& row) {
    return row.last_at.empty() ? row.run.finished_at : row.last_at;
}

bool is_quiet(const RunRecord& run) {
    return run.created + run.adopted + run.updated + run.removed + run.secrets == 0;
}

/// The id of the row that took the run in; 0 when there is none.
std::int64_t fold(SQLite::Database& database, const RunRow& row) {
    // The error's text may hold a request id or a time and be new in every run: its code tells whether it is the same.
    auto folded = statement(database,
                            "UPDATE runs SET times = times + ?1, last_at = ?2, objects_read = ?3, error = ?4 "
                            "WHERE id = (SELECT max(id) FROM runs WHERE environment = ?5) AND cause = ?6 AND "
                            "revision = ?7 AND result = ?8 AND plan_id = ?9 AND error_code = ?10 AND failed = ?11 AND "
                            "created + adopted + updated + removed + secrets = 0 AND "
                            "NOT EXISTS (SELECT 1 FROM changes WHERE run = runs.id) RETURNING id",
                            number(std::max<std::size_t>(row.count, 1)), last_at(row), number(row.read),
                            clipped(row.error), row.environment, row.run.trigger, row.run.revision, row.run.result,
                            row.run.plan_id, row.error_code, number(row.run.failed));
    std::int64_t id = 0;
    while (folded.executeStep()) id = folded.getColumn(0).getInt64();
    return id;
}

/// A value that can only be written is a secret, whatever text the caller made of it.
std::string fact(const model::Address& address, const std::string& path, const std::string& value) {
    const auto* table = model::attributes_of(address.kind);
    const auto* attribute = table == nullptr ? nullptr : table->find(path);
    const bool secret = attribute != nullptr && attribute->write_only;
    return secret && !value.empty() ? "(secret)" : clipped(value);
}

void insert_changes(SQLite::Database& database, const RunRow& row, std::int64_t run,
                    const std::vector<ChangeRow>& changes) {
    for (const auto& change : changes) {
        execute(database,
                "INSERT INTO changes (run, environment, kind, name, action, path, element, before, after, at, drift) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                run, row.environment, change.address.kind, change.address.name, change.action, change.path,
                clipped(change.element), fact(change.address, change.path, change.before),
                fact(change.address, change.path, change.after), change.at.empty() ? last_at(row) : change.at,
                change.drift ? 1 : 0);
    }
    execute(database,
            "DELETE FROM changes WHERE environment = ?1 AND id <= "
            "(SELECT id FROM changes WHERE environment = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            row.environment, number(kept_changes));
}

}  // namespace

std::int64_t insert_run(SQLite::Database& database, const RunRow& row) {
    const auto& run = row.run;
    execute(database,
            "INSERT INTO runs (environment, started_at, finished_at, cause, revision, result, plan_id, created, "
            "adopted, updated, removed, secrets, failed, objects_read, error, error_code, times, last_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row.environment, run.started_at, run.finished_at, run.trigger, run.revision, run.result, run.plan_id,
            number(run.created), number(run.adopted), number(run.updated), number(run.removed), number(run.secrets),
            number(run.failed), number(row.read), clipped(row.error), row.error_code,
            number(std::max<std::size_t>(row.count, 1)), last_at(row));
    const auto id = database.getLastInsertRowid();
    const int gone = execute(database,
                             "DELETE FROM runs WHERE environment = ?1 AND id <= "
                             "(SELECT id FROM runs WHERE environment = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                             row.environment, number(kept_runs));
    if (gone > 0) {
        execute(database,
                "DELETE FROM changes WHERE environment = ?1 AND "
                "run < (SELECT min(id) FROM runs WHERE environment = ?1)",
                row.environment);
    }
    return id;
}

std::int64_t fold_or_insert_run(SQLite::Database& database, const RunRow& row, const std::vector<ChangeRow>& changes) {
    if (changes.empty() && is_quiet(row.run)) {
        if (const auto id = fold(database, row); id != 0) return id;
    }
    const auto id = insert_run(database, row);
    insert_changes(database, row, id, changes);
    return id;
}

std::vector<RunRow> select_runs(SQLite::Database& database, const RowFilter& filter) {
    return all<RunRow>(
        statement(database,
                  "SELECT id, environment, started_at, finished_at, cause, revision, result, plan_id, created, "
                  "adopted, updated, removed, secrets, failed, objects_read, error, error_code, times, last_at "
                  "FROM runs WHERE (?1 = '' OR environment = ?1) AND (?2 = 0 OR id = ?2) AND "
                  "(?3 = '' OR last_at >= ?3) AND ((?4 = '' AND ?5 = '') OR EXISTS (SELECT 1 FROM changes WHERE "
                  "run = runs.id AND (?4 = '' OR kind = ?4) AND (?5 = '' OR name = ?5))) ORDER BY id DESC LIMIT ?6",
                  filter.environment, filter.run, in_utc(database, filter.since), filter.kind, filter.name,
                  number(filter.limit)),
        [](SQLite::Statement& row) {
            return RunRow{.id = row.getColumn(0).getInt64(),
                          .environment = text(row, 1),
                          .run = {.started_at = text(row, 2),
                                  .finished_at = text(row, 3),
                                  .trigger = text(row, 4),
                                  .revision = text(row, 5),
                                  .result = text(row, 6),
                                  .plan_id = text(row, 7),
                                  .created = count(row.getColumn(8)),
                                  .adopted = count(row.getColumn(9)),
                                  .updated = count(row.getColumn(10)),
                                  .removed = count(row.getColumn(11)),
                                  .secrets = count(row.getColumn(12)),
                                  .failed = count(row.getColumn(13))},
                          .read = count(row.getColumn(14)),
                          .error = text(row, 15),
                          .error_code = text(row, 16),
                          .count = count(row.getColumn(17)),
                          .last_at = text(row, 18)};
        });
}

std::vector<ChangeRow> select_changes(SQLite::Database& database, const RowFilter& filter) {
    return all<ChangeRow>(
        statement(database,
                  "SELECT run, environment, kind, name, action, path, element, before, after, at, drift FROM changes "
                  "WHERE (?1 = '' OR environment = ?1) AND (?2 = 0 OR run = ?2) AND (?3 = '' OR at >= ?3) AND "
                  "(?4 = '' OR kind = ?4) AND (?5 = '' OR name = ?5) ORDER BY run DESC, id LIMIT ?6",
                  filter.environment, filter.run, in_utc(database, filter.since), filter.kind, filter.name,
                  number(filter.limit)),
        [](SQLite::Statement& row) {
            return ChangeRow{.run = row.getColumn(0).getInt64(),
                             .environment = text(row, 1),
                             .address = {text(row, 2), text(row, 3)},
                             .action = text(row, 4),
                             .path = text(row, 5),
                             .element = text(row, 6),
                             .before = text(row, 7),
                             .after = text(row, 8),
                             .at = text(row, 9),
                             .drift = row.getColumn(10).getInt() != 0};
        });
}

}  // namespace regent::store
