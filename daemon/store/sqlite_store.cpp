#include "store/sqlite_store.hpp"

#include "plan/not_seen_yet.hpp"
#include "plan/vouching.hpp"
#include "store/applied_json.hpp"
#include "store/connection.hpp"
#include "store/run_table.hpp"
#include "store/statement.hpp"

namespace regent::store {

using SQLite::Database;

namespace {

const char* name_of(IntentOutcome outcome) {
    switch (outcome) {
        case IntentOutcome::done:
            return "done";
        case IntentOutcome::not_sent:
            return "not_sent";
        case IntentOutcome::failed:
            return "failed";
        case IntentOutcome::unknown:
            return "unknown";
    }
    return "unknown";
}

std::vector<Intent> intents_in(SQLite::Statement rows) {
    return all<Intent>(std::move(rows), [](SQLite::Statement& row) {
        return Intent{.id = row.getColumn(0).getInt64(),
                      .address = {text(row, 1), text(row, 2)},
                      .part = text(row, 3),
                      .work = text(row, 4),
                      .operation_id = text(row, 5),
                      .started_at = text(row, 6)};
    });
}

}  // namespace

SqliteStore::SqliteStore(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

tl::expected<std::int64_t, StoreError> SqliteStore::begin(const std::string& environment, const Intent& intent) {
    return connection_->writing([&](Database& database) {
        execute(database,
                "INSERT INTO intents (environment, kind, name, part, work, operation_id, started_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                environment, intent.address.kind, intent.address.name, intent.part, intent.work, intent.operation_id,
                intent.started_at.empty() ? connection_->now() : intent.started_at);
        return database.getLastInsertRowid();
    });
}

tl::expected<void, StoreError> SqliteStore::finish(std::int64_t intent, IntentOutcome outcome,
                                                   const std::string& remote_id) {
    return connection_->writing([&](Database& database) {
        execute(database, "UPDATE intents SET finished_at = ?, outcome = ?, remote_id = ? WHERE id = ?",
                connection_->now(), name_of(outcome), remote_id, intent);
        if (outcome != IntentOutcome::done) return;
        // Whoever carried this one out looked for the leavings of the earlier attempts first: they are settled with it.
        execute(database,
                "UPDATE intents SET outcome = 'settled', finished_at = coalesce(finished_at, ?1) "
                "WHERE id < ?2 AND (outcome IS NULL OR outcome = 'unknown') AND (environment, kind, name, part) = "
                "(SELECT environment, kind, name, part FROM intents WHERE id = ?2)",
                connection_->now(), intent);
    });
}

tl::expected<std::vector<Intent>, StoreError> SqliteStore::unresolved(const std::string& environment) {
    return connection_->reading([&](Database& database) {
        return intents_in(statement(database,
                                    "SELECT id, kind, name, part, work, operation_id, started_at FROM intents "
                                    "WHERE environment = ? AND (outcome IS NULL OR outcome = 'unknown') ORDER BY id",
                                    environment));
    });
}

tl::expected<std::vector<Intent>, StoreError> SqliteStore::unseen(const std::string& environment) {
    return connection_->reading([&](Database& database) {
        return intents_in(
            statement(database,
                      "SELECT id, kind, name, part, work, operation_id, started_at FROM intents "
                      "WHERE environment = ?1 AND outcome = 'done' AND finished_at > "
                      "(SELECT coalesce(max(max(finished_at, last_at)), '') FROM runs WHERE environment = ?1) "
                      "ORDER BY id",
                      environment));
    });
}

tl::expected<void, StoreError> SqliteStore::delivered(const std::string& environment, const model::Address& consumer,
                                                      const model::Address& application, const std::string& key_id) {
    return connection_->writing([&](Database& database) {
        execute(database,
                "INSERT INTO deliveries (environment, consumer_kind, consumer_name, application_kind, "
                "application_name, key_id, "
                "delivered_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                environment, consumer.kind, consumer.name, application.kind, application.name, key_id,
                connection_->now());
    });
}

tl::expected<void, StoreError> SqliteStore::applied(const std::string& environment, const model::Address& address,
                                                    const model::Place& place, const std::string& remote_id,
                                                    const model::Map& values) {
    return connection_->writing([&](Database& database) {
        execute(database,
                "INSERT OR REPLACE INTO applied (environment, kind, name, remote_id, file, line, \"column\", "
                "attributes, applied_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                environment, address.kind, address.name, remote_id, place.file.str(), number(place.line),
                number(place.column), to_applied_json(address.kind, values), connection_->now());
    });
}

tl::expected<void, StoreError> SqliteStore::agreed(const std::string& environment,
                                                   const std::vector<AppliedObject>& objects) {
    return connection_->writing([&](Database& database) {
        for (const auto& object : objects)
            execute(database,
                    "INSERT INTO applied (environment, kind, name, remote_id, file, line, \"column\", attributes, "
                    "applied_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (environment, kind, name) DO UPDATE SET remote_id = excluded.remote_id, "
                    "file = excluded.file, line = excluded.line, \"column\" = excluded.\"column\", "
                    "attributes = excluded.attributes, applied_at = excluded.applied_at "
                    "WHERE (remote_id, attributes) IS NOT (excluded.remote_id, excluded.attributes)",
                    environment, object.address.kind, object.address.name, object.remote_id, object.place.file.str(),
                    number(object.place.line), number(object.place.column),
                    to_applied_json(object.address.kind, object.values), connection_->now());
    });
}

tl::expected<void, StoreError> SqliteStore::removed(const std::string& environment, const model::Address& address) {
    return connection_->writing([&](Database& database) {
        execute(database, "DELETE FROM applied WHERE environment = ? AND kind = ? AND name = ?", environment,
                address.kind, address.name);
        // Nobody will look for the leavings of an object that is gone.
        execute(database,
                "UPDATE intents SET outcome = 'settled', finished_at = coalesce(finished_at, ?1) "
                "WHERE environment = ?2 AND kind = ?3 AND name = ?4 AND (outcome IS NULL OR outcome = 'unknown')",
                connection_->now(), environment, address.kind, address.name);
    });
}

tl::expected<void, StoreError> SqliteStore::renamed(const std::string& environment, const model::Address& from,
                                                    const model::Address& to) {
    return connection_->writing([&](Database& database) {
        execute(database,
                "UPDATE OR IGNORE applied SET kind = ?1, name = ?2 WHERE environment = ?3 AND kind = ?4 AND name = ?5",
                to.kind, to.name, environment, from.kind, from.name);
        execute(database, "DELETE FROM applied WHERE environment = ? AND kind = ? AND name = ?", environment, from.kind,
                from.name);
        execute(database, "UPDATE intents SET kind = ?1, name = ?2 WHERE environment = ?3 AND kind = ?4 AND name = ?5",
                to.kind, to.name, environment, from.kind, from.name);
        execute(database,
                "UPDATE deliveries SET consumer_kind = ?1, consumer_name = ?2 "
                "WHERE environment = ?3 AND consumer_kind = ?4 AND consumer_name = ?5",
                to.kind, to.name, environment, from.kind, from.name);
        execute(database,
                "UPDATE deliveries SET application_kind = ?1, application_name = ?2 "
                "WHERE environment = ?3 AND application_kind = ?4 AND application_name = ?5",
                to.kind, to.name, environment, from.kind, from.name);
    });
}

tl::expected<plan::History, StoreError> SqliteStore::history(const std::string& environment) {
    return connection_->reading([&](Database& database) {
        auto rows = statement(database,
                              "SELECT kind, name, remote_id, file, line, \"column\", attributes FROM applied "
                              "WHERE environment = ? ORDER BY kind, name",
                              environment);
        plan::History history;
        while (rows.executeStep()) {
            const model::Address address{rows.getColumn(0).getString(), rows.getColumn(1).getString()};
            auto values = from_applied_json(rows.getColumn(6).getString());
            if (auto id = rows.getColumn(2).getString(); !id.empty())
                history.remote_ids.emplace(address, std::move(id));
            if (const auto principal = values.find(plan::principal_id); principal != values.end())
                history.remote_ids.emplace(plan::principal_of(address), principal->second.text_or({}));
            if (const auto made = values.find(plan::time_made);
                made != values.end() && made->second.as_integer() != nullptr)
                history.made_at.emplace(address, std::chrono::system_clock::from_time_t(*made->second.as_integer()));
            if (values.contains(plan::removed_here)) continue;
            history.places.emplace(address, model::Place{rows.getColumn(3).getString(), count(rows.getColumn(4)),
                                                         count(rows.getColumn(5))});
            history.last_applied.emplace(address, std::move(values));
        }
        auto made =
            statement(database,
                      "SELECT kind, name, part, remote_id, CAST(strftime('%s', finished_at) AS INTEGER), max(id) "
                      "FROM intents WHERE environment = ? AND outcome = 'done' GROUP BY kind, name, part",
                      environment);
        while (made.executeStep()) {
            const bool is_secret = !text(made, 2).empty();
            history.made_at.emplace(
                is_secret ? plan::issued_secret(text(made, 3)) : model::Address{text(made, 0), text(made, 1)},
                std::chrono::system_clock::from_time_t(made.getColumn(4).getInt64()));
        }
        return history;
    });
}

tl::expected<std::vector<std::string>, StoreError> SqliteStore::environments() {
    return connection_->reading([&](Database& database) {
        // From one key to the next by the index: the rows of an environment may be many, and each is large.
        auto rows = statement(database,
                              "WITH RECURSIVE keys (key) AS (SELECT min(environment) FROM applied UNION ALL "
                              "SELECT (SELECT min(environment) FROM applied WHERE environment > key) FROM keys "
                              "WHERE key IS NOT NULL) SELECT key FROM keys WHERE key IS NOT NULL");
        std::vector<std::string> keys;
        while (rows.executeStep()) keys.push_back(text(rows, 0));
        return keys;
    });
}

tl::expected<void, StoreError> SqliteStore::record_run(const std::string& environment, const RunRecord& run) {
    return connection_->writing([&](Database& database) {
        RunRow row;
        row.environment = environment;
        row.run = run;
        insert_run(database, row);
    });
}

tl::expected<std::vector<RunRecord>, StoreError> SqliteStore::runs(const std::string& environment, std::size_t limit) {
    return connection_->reading([&](Database& database) {
        RowFilter filter;
        filter.environment = environment;
        filter.limit = limit;
        std::vector<RunRecord> records;
        for (auto& row : select_runs(database, filter)) records.push_back(std::move(row.run));
        return records;
    });
}

}  // namespace regent::store
