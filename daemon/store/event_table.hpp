#pragma once

#include "store/service_store.hpp"

namespace SQLite {
class Database;
}

/// The table `events`. Functions throw SQLite::Exception; the writing one expects to be in a transaction.
namespace regent::store {

/// Kept of each environment.
inline constexpr std::size_t kept_events = 20'000;

void insert_event(SQLite::Database& database, const EventRow& event, const std::string& now);
[[nodiscard]] std::vector<EventRow> select_events(SQLite::Database& database, const RowFilter& filter);

}  // namespace regent::store
