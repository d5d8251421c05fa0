#pragma once

#include "store/store.hpp"

#include <memory>

namespace SQLite {
class Database;
}

namespace regent::store {

/// `time` as RFC 3339 in UTC, whole seconds: "2026-09-14T09:02:11Z".
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);

/// Opens `file` for writing and brings it to the present schema, with owner-only rights, WAL and synchronous=FULL: a
/// row that a call returned for is on disk, power loss included. Moves a damaged or newer file aside; see open_store().
[[nodiscard]] tl::expected<std::unique_ptr<SQLite::Database>, StoreError> open_for_writing(
    const std::filesystem::path& file, std::string& warning, std::chrono::system_clock::time_point now);

/// A copy of `file` in memory, in the present schema. Nothing on disk is created, changed or kept open. Empty when
/// there is no file, or when it cannot be read (then with a warning).
[[nodiscard]] std::unique_ptr<SQLite::Database> copy_for_reading(const std::filesystem::path& file,
                                                                 std::string& warning);

}  // namespace regent::store
