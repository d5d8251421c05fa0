#pragma once

#include "store/service_store.hpp"

namespace SQLite {
class Database;
}

/// The table `objects`. Functions throw SQLite::Exception; the writing one expects to be in a transaction.
namespace regent::store {

/// Makes the rows of `environment` those of `objects`; a row that is as it was is not written.
void replace_objects(SQLite::Database& database, const std::string& environment, const std::vector<ObjectRow>& objects);
[[nodiscard]] std::vector<ObjectRow> select_objects(SQLite::Database& database, const std::string& environment);

}  // namespace regent::store
