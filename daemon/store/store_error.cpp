#include "store/store_error.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace regent::store {
namespace {

StoreError full(const std::filesystem::path& file) {
    return {fmt::format("the disk is full: nothing can be added to {}", file.string()),
            fmt::format("make room (df -h {}); what was written before is kept, and no restart is needed",
                        file.parent_path().string())};
}

/// Not every way to meet a full disk is called so: SQLITE_IOERR_SHMSIZE is one, a quota another.
bool has_no_room(const std::filesystem::path& file) {
    constexpr std::uintmax_t room = std::uintmax_t{64} * 1024;
    std::error_code error;
    const auto space = std::filesystem::space(file.parent_path(), error);
    return !error && space.available < room;
}

}  // namespace

StoreError damaged(const std::filesystem::path& file, std::string_view what) {
    return {fmt::format("{} is damaged: {}", file.string(), what),
            "start regent again: it moves the damaged file aside and begins a new history, and the tenant is as it "
            "was; then look for the cause in the disk's messages (journalctl -k)"};
}

StoreError explain(const SQLite::Exception& error, const std::filesystem::path& file) {
    const auto folder = file.parent_path().string();
    switch (error.getErrorCode() & 0xff) {
        case SQLITE_FULL:
            return full(file);
        case SQLITE_IOERR:
            if (has_no_room(file)) return full(file);
            return {fmt::format("the disk refused to read or write {}: {}", file.string(), error.what()),
                    "look at the disk's messages (journalctl -k) and at limits for files (LimitFSIZE= of the service, "
                    "ulimit -f); what was written before is kept, and no restart is needed once it is mended"};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return damaged(file, error.what());
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return {fmt::format("{} cannot be written: {}", file.string(), error.what()),
                    fmt::format("see that {} and the files in it belong to the user that regent runs as, and that its "
                                "disk is not mounted read-only (ls -la {}; findmnt -T {})",
                                folder, folder, folder)};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {fmt::format("another process has been writing to {} for more than {} seconds", file.string(),
                                busy_timeout_ms / 1000),
                    fmt::format("see who has it open (fuser -v {}); a second regent, a backup or an sqlite3 shell "
                                "with an open transaction would do this",
                                file.string())};
        default:
            return {fmt::format("the history database {} failed: {}", file.string(), error.what()),
                    "the database may be moved away while regent is stopped, which loses history and nothing else"};
    }
}

}  // namespace regent::store
