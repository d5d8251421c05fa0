#include "store/pause_rescue.hpp"

#include "store/decision_table.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

namespace regent::store {
namespace {

constexpr std::string_view perhaps_lost =
    "pauses that were in it are perhaps lost: pause again what is to be left alone";

}  // namespace

std::string rescue_pauses(const std::filesystem::path& aside, SQLite::Database& fresh) {
    std::size_t count = 0;
    bool whole = false;
    try {
        // For writing, since a log beside it may have to be played back; it is moved aside, and nobody else's.
        SQLite::Database old(aside.string(), SQLite::OPEN_READWRITE);
        SQLite::Statement row(old, "SELECT environment, kind, name, reason, by_whom, since, until FROM pauses");
        while (row.executeStep()) {
            const auto text = [&](int column) { return row.getColumn(column).getString(); };
            insert_pause(fresh, {text(0), text(1), text(2), text(3), text(4), text(5), text(6)}, text(5));
            ++count;
        }
        whole = true;
    } catch (const SQLite::Exception&) {
        // What was read until then counts.
    }
    if (whole && count == 0) return "there were no pauses in it";
    auto words = count == 0 ? std::string()
                            : fmt::format("{} {} taken over from it", count, count == 1 ? "pause was" : "pauses were");
    if (!whole) words += (words.empty() ? "" : "; more ") + std::string(perhaps_lost);
    return words;
}

}  // namespace regent::store
