#pragma once

#include "store/service_store.hpp"

namespace SQLite {
class Database;
}

/// What people decided: the tables `pauses` and `approvals`; and `cursors`, how far the service has come with it.
/// Functions throw SQLite::Exception; the writing ones expect to be in a transaction.
namespace regent::store {

/// Kept of each environment.
inline constexpr std::size_t kept_approvals = 1'000;

void insert_pause(SQLite::Database& database, const PauseRow& pause, const std::string& now);
void delete_pause(SQLite::Database& database, const std::string& environment, const std::string& kind,
                  const std::string& name);
[[nodiscard]] std::vector<PauseRow> select_pauses(SQLite::Database& database);

void insert_approval(SQLite::Database& database, const ApprovalRow& approval, const std::string& now);
void delete_approvals(SQLite::Database& database, const std::string& environment, const std::string& but_of_plan);
[[nodiscard]] std::vector<ApprovalRow> select_approvals(SQLite::Database& database, const std::string& environment);

/// An empty value takes the cursor away.
void write_cursor(SQLite::Database& database, const std::string& name, const std::string& value);
[[nodiscard]] std::string read_cursor(SQLite::Database& database, const std::string& name);

}  // namespace regent::store
