-- A file as the first regent wrote it: its schema, word for word, and something of everything. Never edit it.
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

INSERT INTO runs VALUES (1, 'dev', '2026-05-04T08:00:00Z', '2026-05-04T08:00:09Z', 'command', '4f2c1ab', 'ok', 'p-1',
                         3, 0, 0, 0, 1, 0);
INSERT INTO runs VALUES (2, 'dev', '2026-05-05T08:00:00Z', '2026-05-05T08:00:02Z', 'command', '4f2c1ab', 'partly', 'p-2',
                         0, 1, 2, 0, 0, 1);
INSERT INTO intents VALUES (1, 'dev', 'Connector', 'arm', '', 'create', '5f3a91c2', '2026-05-04T08:00:04Z', NULL, NULL,
                            NULL);
INSERT INTO deliveries VALUES (1, 'dev', 'Connector', 'arm', 'Application', 'portal', 'key-1', '2026-05-04T08:00:08Z');
INSERT INTO applied VALUES ('dev', 'Application', 'portal', 'o-1', 'base/portal.yaml', 3, 1,
                            '{"displayName":"Portal"}', '2026-05-04T08:00:03Z');
PRAGMA user_version = 1;
