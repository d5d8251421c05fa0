#pragma once

#include "store/store.hpp"

#include <filesystem>
#include <string_view>

namespace SQLite {
class Exception;
}

namespace regent::store {

/// How long a call waits for another process that is writing.
inline constexpr int busy_timeout_ms = 10'000;

/// What SQLite met at `file`, in words for somebody who was woken by it: what is wrong and what to do.
[[nodiscard]] StoreError explain(const SQLite::Exception& error, const std::filesystem::path& file);

/// `what` tells what SQLite found: "wrong # of entries in index runs_by_environment".
[[nodiscard]] StoreError damaged(const std::filesystem::path& file, std::string_view what);

}  // namespace regent::store
