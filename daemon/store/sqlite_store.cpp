#include "store/sqlite_store.hpp"

#include "store/applied_json.hpp"
#include "store/database_file.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

namespace regent::store {
namespace {

/// Runs kept of each environment. A run a minute fills it in two weeks; runs that changed something are few.
constexpr int kept_runs = 20'000;

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

StoreError failure(const SQLite::Exception& error) {
    return {fmt::format("the history database failed: {}", error.what()),
            "see whether the disk is full; the database may be deleted, which loses history and nothing else"};
}

template <typename... Values>
SQLite::Statement statement(SQLite::Database& database, const char* sql, const Values&... values) {
    SQLite::Statement prepared(database, sql);
    int index = 0;
    (prepared.bind(++index, values), ...);
    return prepared;
}

template <typename... Values>
void execute(SQLite::Database& database, const char* sql, const Values&... values) {
    statement(database, sql, values...).exec();
}

std::int64_t number(std::size_t count) {
    return static_cast<std::int64_t>(count);
}
std::size_t count(const SQLite::Column& column) {
    return static_cast<std::size_t>(column.getInt64());
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<SQLite::Database> database, Access access, Clock clock)
    : database_(std::move(database)), access_(access), clock_(std::move(clock)) {}

SqliteStore::~SqliteStore() = default;

std::string SqliteStore::now() const {
    return rfc3339(clock_());
}

template <typename Result>
tl::expected<Result, StoreError> SqliteStore::reading(const std::function<Result()>& work) {
    const std::lock_guard lock(mutex_);
    try {
        return work();
    } catch (const SQLite::Exception& error) {
        return tl::unexpected(failure(error));
    }
}

tl::expected<void, StoreError> SqliteStore::writing(const std::function<void()>& work) {
    if (access_ == Access::read_only) {
        return tl::unexpected(StoreError{"the history database was opened for reading only", ""});
    }
    const std::lock_guard lock(mutex_);
    try {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        work();
        transaction.commit();
        return {};
    } catch (const SQLite::Exception& error) {
        return tl::unexpected(failure(error));
    }
}

tl::expected<std::int64_t, StoreError> SqliteStore::begin(const std::string& environment, const Intent& intent) {
    std::int64_t id = 0;
    const auto written = writing([&] {
        execute(*database_,
                "INSERT INTO intents (environment, kind, name, part, work, operation_id, started_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                environment, intent.address.kind, intent.address.name, intent.part, intent.work, intent.operation_id,
                intent.started_at.empty() ? now() : intent.started_at);
        id = database_->getLastInsertRowid();
    });
    if (!written) return tl::unexpected(written.error());
    return id;
}

tl::expected<void, StoreError> SqliteStore::finish(std::int64_t intent, IntentOutcome outcome,
                                                   const std::string& remote_id) {
    return writing([&] {
        execute(*database_, "UPDATE intents SET finished_at = ?, outcome = ?, remote_id = ? WHERE id = ?", now(),
                name_of(outcome), remote_id, intent);
        if (outcome != IntentOutcome::done) return;
        // Whoever carried this one out looked for the leavings of the earlier attempts first: they are settled with it.
        execute(*database_,
                "UPDATE intents SET outcome = 'settled', finished_at = coalesce(finished_at, ?1) "
                "WHERE id < ?2 AND (outcome IS NULL OR outcome = 'unknown') AND (environment, kind, name, part) = "
                "(SELECT environment, kind, name, part FROM intents WHERE id = ?2)",
                now(), intent);
    });
}

tl::expected<std::vector<Intent>, StoreError> SqliteStore::unresolved(const std::string& environment) {
    return reading<std::vector<Intent>>([&] {
        auto rows = statement(*database_,
                              "SELECT id, kind, name, part, work, operation_id, started_at FROM intents "
                              "WHERE environment = ? AND (outcome IS NULL OR outcome = 'unknown') ORDER BY id",
                              environment);
        std::vector<Intent> intents;
        while (rows.executeStep()) {
            intents.push_back({.id = rows.getColumn(0).getInt64(),
                               .address = {rows.getColumn(1).getString(), rows.getColumn(2).getString()},
                               .part = rows.getColumn(3).getString(),
                               .work = rows.getColumn(4).getString(),
                               .operation_id = rows.getColumn(5).getString(),
                               .started_at = rows.getColumn(6).getString()});
        }
        return intents;
    });
}

tl::expected<void, StoreError> SqliteStore::delivered(const std::string& environment, const model::Address& consumer,
                                                      const model::Address& application, const std::string& key_id) {
    return writing([&] {
        execute(*database_,
                "INSERT INTO deliveries (environment, consumer_kind, consumer_name, application_kind, "
                "application_name, key_id, "
                "delivered_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                environment, consumer.kind, consumer.name, application.kind, application.name, key_id, now());
    });
}

tl::expected<void, StoreError> SqliteStore::applied(const std::string& environment, const model::Address& address,
                                                    const model::Place& place, const std::string& remote_id,
                                                    const model::Map& values) {
    return writing([&] {
        execute(*database_,
                "INSERT OR REPLACE INTO applied (environment, kind, name, remote_id, file, line, \"column\", "
                "attributes, applied_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                environment, address.kind, address.name, remote_id, place.file, number(place.line),
                number(place.column), to_applied_json(address.kind, values), now());
    });
}

tl::expected<void, StoreError> SqliteStore::removed(const std::string& environment, const model::Address& address) {
    return writing([&] {
        execute(*database_, "DELETE FROM applied WHERE environment = ? AND kind = ? AND name = ?", environment,
                address.kind, address.name);
        // Nobody will look for the leavings of an object that is gone.
        execute(*database_,
                "UPDATE intents SET outcome = 'settled', finished_at = coalesce(finished_at, ?1) "
                "WHERE environment = ?2 AND kind = ?3 AND name = ?4 AND (outcome IS NULL OR outcome = 'unknown')",
                now(), environment, address.kind, address.name);
    });
}

tl::expected<plan::History, StoreError> SqliteStore::history(const std::string& environment) {
    return reading<plan::History>([&] {
        auto rows = statement(*database_,
                              "SELECT kind, name, remote_id, file, line, \"column\", attributes FROM applied "
                              "WHERE environment = ? ORDER BY kind, name",
                              environment);
        plan::History history;
        while (rows.executeStep()) {
            const model::Address address{rows.getColumn(0).getString(), rows.getColumn(1).getString()};
            if (auto id = rows.getColumn(2).getString(); !id.empty())
                history.remote_ids.emplace(address, std::move(id));
            history.places.emplace(address, model::Place{rows.getColumn(3).getString(), count(rows.getColumn(4)),
                                                         count(rows.getColumn(5))});
            history.last_applied.emplace(address, from_applied_json(rows.getColumn(6).getString()));
        }
        return history;
    });
}

tl::expected<void, StoreError> SqliteStore::record_run(const std::string& environment, const RunRecord& run) {
    return writing([&] {
        execute(*database_,
                "INSERT INTO runs (environment, started_at, finished_at, cause, revision, result, plan_id, created, "
                "adopted, "
                "updated, removed, secrets, failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                environment, run.started_at, run.finished_at, run.trigger, run.revision, run.result, run.plan_id,
                number(run.created), number(run.adopted), number(run.updated), number(run.removed), number(run.secrets),
                number(run.failed));
        execute(*database_,
                "DELETE FROM runs WHERE environment = ?1 AND id <= "
                "(SELECT id FROM runs WHERE environment = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                environment, kept_runs);
    });
}

tl::expected<std::vector<RunRecord>, StoreError> SqliteStore::runs(const std::string& environment, std::size_t limit) {
    return reading<std::vector<RunRecord>>([&] {
        auto rows =
            statement(*database_,
                      "SELECT started_at, finished_at, cause, revision, result, plan_id, created, adopted, updated, "
                      "removed, secrets, failed FROM runs WHERE environment = ? ORDER BY id DESC LIMIT ?",
                      environment, number(limit));
        std::vector<RunRecord> records;
        while (rows.executeStep()) {
            records.push_back({.started_at = rows.getColumn(0).getString(),
                               .finished_at = rows.getColumn(1).getString(),
                               .trigger = rows.getColumn(2).getString(),
                               .revision = rows.getColumn(3).getString(),
                               .result = rows.getColumn(4).getString(),
                               .plan_id = rows.getColumn(5).getString(),
                               .created = count(rows.getColumn(6)),
                               .adopted = count(rows.getColumn(7)),
                               .updated = count(rows.getColumn(8)),
                               .removed = count(rows.getColumn(9)),
                               .secrets = count(rows.getColumn(10)),
                               .failed = count(rows.getColumn(11))});
        }
        return records;
    });
}

tl::expected<std::unique_ptr<Store>, StoreError> open_store(const std::filesystem::path& file, OpenMode mode,
                                                            std::string& warning, Clock clock) {
    warning.clear();
    if (mode == OpenMode::read_only) {
        return std::make_unique<SqliteStore>(copy_for_reading(file, warning), SqliteStore::Access::read_only,
                                             std::move(clock));
    }
    auto database = open_for_writing(file, warning, clock());
    if (!database) return tl::unexpected(database.error());
    return std::make_unique<SqliteStore>(std::move(*database), SqliteStore::Access::read_write, std::move(clock));
}

}  // namespace regent::store
