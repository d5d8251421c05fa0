#include "store/row_text.hpp"

#include "store/statement.hpp"

namespace regent::store {

std::string clipped(const std::string& text) {
    if (text.size() <= longest_text) return text;
    auto end = longest_text;
    // Bytes 10xxxxxx continue a character.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

std::string in_utc(SQLite::Database& database, const std::string& time) {
    if (time.empty()) return time;
    auto row = statement(database, "SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', ?1), ?1)", time);
    return row.executeStep() ? text(row, 0) : time;
}

}  // namespace regent::store
