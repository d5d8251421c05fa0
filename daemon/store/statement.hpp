#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace regent::store {

/// `sql` with `values` bound to its parameters in order: ?1, ?2, …
template <typename... Values>
SQLite::Statement statement(SQLite::Database& database, const char* sql, const Values&... values) {
    SQLite::Statement prepared(database, sql);
    int index = 0;
    (prepared.bind(++index, values), ...);
    return prepared;
}

/// Returns how many rows were changed.
template <typename... Values>
int execute(SQLite::Database& database, const char* sql, const Values&... values) {
    return statement(database, sql, values...).exec();
}

/// The rows of a query, each made by `make(statement)`.
template <typename Row, typename Make>
std::vector<Row> all(SQLite::Statement rows, Make make) {
    std::vector<Row> made;
    while (rows.executeStep()) made.push_back(make(rows));
    return made;
}

inline std::int64_t number(std::size_t count) {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(count < most ? count : most);
}

inline std::size_t count(const SQLite::Column& column) {
    return static_cast<std::size_t>(column.getInt64());
}

inline std::string text(SQLite::Statement& row, int column) {
    return row.getColumn(column).getString();
}

}  // namespace regent::store
