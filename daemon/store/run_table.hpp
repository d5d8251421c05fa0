#pragma once

#include "store/service_store.hpp"

namespace SQLite {
class Database;
}

/// The tables `runs` and `changes`. Every function throws SQLite::Exception; the writing ones expect to be in a
/// transaction.
namespace regent::store {

/// Kept of each environment, so that a busy one does not push another one's history out.
inline constexpr std::size_t kept_runs = 10'000;
inline constexpr std::size_t kept_changes = 50'000;

/// A row of its own, whatever was before it.
std::int64_t insert_run(SQLite::Database& database, const RunRow& row);

/// Folds the run into the row before when both are quiet and alike; see RunRow. Returns the row's id.
std::int64_t fold_or_insert_run(SQLite::Database& database, const RunRow& row, const std::vector<ChangeRow>& changes);

[[nodiscard]] std::vector<RunRow> select_runs(SQLite::Database& database, const RowFilter& filter);
[[nodiscard]] std::vector<ChangeRow> select_changes(SQLite::Database& database, const RowFilter& filter);

}  // namespace regent::store
