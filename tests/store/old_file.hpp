#pragma once

#include "folder.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <sstream>

/// A database of schema version 1 with content.
inline void write_version_1(const std::filesystem::path& file) {
    std::ostringstream sql;
    sql << std::ifstream(REGENT_SOURCE_DIR "/tests/store/version_1.sql").rdbuf();
    std::filesystem::create_directories(file.parent_path());
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = OFF");
    database.exec("BEGIN");
    database.exec(sql.str());
    database.exec("COMMIT");
}
