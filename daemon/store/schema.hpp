#pragma once

#include <cstdint>

namespace SQLite {
class Database;
}

namespace regent::store {

/// What `PRAGMA user_version` says in a file of this version of regent.
inline constexpr int schema_version = 2;

/// Brings an empty or older database to `schema_version`, in one transaction: killed in between, the file is as it was.
/// Throws SQLite::Exception.
void migrate(SQLite::Database& database);

/// The schema the file has: 0 for a new file.
[[nodiscard]] int version_of(SQLite::Database& database);

/// True when the file holds tables although its user_version says that it was never ours.
[[nodiscard]] bool belongs_to_another_program(SQLite::Database& database);

}  // namespace regent::store
