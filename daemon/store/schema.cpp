#include "store/schema.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <string>

namespace regent::store {
namespace {

// runs        one row for each cycle that was worth remembering; what `regent history` shows
// intents     the journal: written before a creation that has no key of its own, closed after it. `outcome` is null
// while the step is
//             under way (or when the process died in it), else 'done', 'not_sent', 'failed' or 'unknown'
// deliveries  which key (its id, never its value) was handed to which consumer
// applied     what each object was last made to be: `attributes` is one JSON object, attribute path → value, without
// the attributes
//             that can only be written; `remote_id` is how the service calls the object
//
// Times are RFC 3339 UTC texts. An object is named by the environment, its kind and its metadata.name. No column ever
// holds a secret.
constexpr auto version_1 = R"sql(
CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    cause       TEXT NOT NULL,
    revision    TEXT NOT NULL,
    result      TEXT NOT NULL,
    plan_id     TEXT NOT NULL,
    created     INTEGER NOT NULL,
    adopted     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    removed     INTEGER NOT NULL,
    secrets     INTEGER NOT NULL,
    failed      INTEGER NOT NULL
);
CREATE INDEX runs_by_environment ON runs (environment, id);

CREATE TABLE intents (
    id           INTEGER PRIMARY KEY,
    environment  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    part         TEXT NOT NULL,
    work         TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    started_at   TEXT NOT NULL,
    finished_at  TEXT,
    outcome      TEXT,
    remote_id    TEXT
);
CREATE INDEX intents_by_object ON intents (environment, kind, name, part);

CREATE TABLE deliveries (
    id               INTEGER PRIMARY KEY,
    environment      TEXT NOT NULL,
    consumer_kind    TEXT NOT NULL,
    consumer_name    TEXT NOT NULL,
    application_kind TEXT NOT NULL,
    application_name TEXT NOT NULL,
    key_id           TEXT NOT NULL,
    delivered_at     TEXT NOT NULL
);

CREATE TABLE applied (
    environment TEXT NOT NULL,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    remote_id   TEXT NOT NULL,
    file        TEXT NOT NULL,
    line        INTEGER NOT NULL,
    "column"    INTEGER NOT NULL,
    attributes  TEXT NOT NULL,
    applied_at  TEXT NOT NULL,
    PRIMARY KEY (environment, kind, name)
) WITHOUT ROWID;
)sql";

// What the service adds.
//
// runs        quiet runs are folded: `times` of them, the last one ended at `last_at`; `objects_read` and `error` are
// the last
//             one's
// changes     one field of one object changed by a run; `before` and `after` are texts for people
// events      what happened, in the order of `number`, which is never used twice
// pauses      what the service leaves alone for now; an empty kind and name mean the environment
// approvals   plans that a person let through
// cursors     small facts by name
// objects     the state of each object when it was last looked at
constexpr auto version_2 = R"sql(
ALTER TABLE runs ADD COLUMN objects_read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN error        TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN error_code   TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN times        INTEGER NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN last_at      TEXT NOT NULL DEFAULT '';
UPDATE runs SET last_at = finished_at;

CREATE TABLE changes (
    id          INTEGER PRIMARY KEY,
    run         INTEGER NOT NULL,
    environment TEXT NOT NULL,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    action      TEXT NOT NULL,
    path        TEXT NOT NULL,
    element     TEXT NOT NULL,
    before      TEXT NOT NULL,
    after       TEXT NOT NULL,
    at          TEXT NOT NULL,
    drift       INTEGER NOT NULL
);
CREATE INDEX changes_by_environment ON changes (environment, id);
CREATE INDEX changes_by_run ON changes (run, id);

CREATE TABLE events (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL,
    environment TEXT NOT NULL,
    at          TEXT NOT NULL,
    type        TEXT NOT NULL,
    severity    TEXT NOT NULL,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    path        TEXT NOT NULL,
    action      TEXT NOT NULL,
    revision    TEXT NOT NULL,
    message     TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    run         INTEGER NOT NULL
);
CREATE UNIQUE INDEX events_by_id ON events (id) WHERE id <> '';
CREATE INDEX events_by_environment ON events (environment, number);

CREATE TABLE pauses (
    environment TEXT NOT NULL,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    by_whom     TEXT NOT NULL,
    since       TEXT NOT NULL,
    until       TEXT NOT NULL,
    PRIMARY KEY (environment, kind, name)
) WITHOUT ROWID;

CREATE TABLE approvals (
    id          INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    plan_id     TEXT NOT NULL,
    revision    TEXT NOT NULL,
    by_whom     TEXT NOT NULL,
    at          TEXT NOT NULL,
    UNIQUE (environment, plan_id)
);

CREATE TABLE cursors (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE objects (
    environment         TEXT NOT NULL,
    kind                TEXT NOT NULL,
    name                TEXT NOT NULL,
    ready               TEXT NOT NULL,
    reason              TEXT NOT NULL,
    message             TEXT NOT NULL,
    since               TEXT NOT NULL,
    last_change         TEXT NOT NULL,
    last_change_summary TEXT NOT NULL,
    next_try            TEXT NOT NULL,
    failures            INTEGER NOT NULL,
    error_code          TEXT NOT NULL,
    PRIMARY KEY (environment, kind, name)
) WITHOUT ROWID;
)sql";

/// Entry n brings version n to n + 1. Entries are never edited, only added: files of every age are out there.
constexpr std::array migrations = {version_1, version_2};
static_assert(migrations.size() == schema_version);

}  // namespace

int version_of(SQLite::Database& database) {
    return database.execAndGet("PRAGMA user_version").getInt();
}

bool belongs_to_another_program(SQLite::Database& database) {
    return version_of(database) == 0 && database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() != 0;
}

void migrate(SQLite::Database& database) {
    if (version_of(database) == schema_version) return;
    // Immediate: of two processes that open a new file at once, the second waits here and then finds nothing left to
    // do.
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    for (auto version = version_of(database); version < schema_version; ++version) {
        database.exec(migrations.at(static_cast<std::size_t>(version)));
        database.exec("PRAGMA user_version = " + std::to_string(version + 1));
    }
    transaction.commit();
}

}  // namespace regent::store
