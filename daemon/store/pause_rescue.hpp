#pragma once

#include <filesystem>
#include <string>

namespace SQLite {
class Database;
}

namespace regent::store {

/// Copies the pauses that can still be read in `aside`, a damaged file or one of a newer regent, into `fresh`. A pause
/// is a person's word to leave something alone, and nothing else remembers it. The words for a warning: how many there
/// were, or that nobody can say.
[[nodiscard]] std::string rescue_pauses(const std::filesystem::path& aside, SQLite::Database& fresh);

}  // namespace regent::store
