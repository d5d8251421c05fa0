#pragma once

#include <string>

namespace SQLite {
class Database;
}

namespace regent::store {

/// Bytes kept of a text that comes from outside: rows are bounded as tables are.
inline constexpr std::size_t longest_text = 2'000;

/// `text`, or its beginning with "…" when it is longer than `longest_text`. Cut between characters.
[[nodiscard]] std::string clipped(const std::string& text);

/// A time with any offset in the form that the columns have, which compares as text. What is no time stays as it is.
[[nodiscard]] std::string in_utc(SQLite::Database& database, const std::string& time);

}  // namespace regent::store
