#include "store/connection.hpp"

#include "store/database_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>

namespace regent::store {

Connection::Connection(std::unique_ptr<SQLite::Database> database, std::filesystem::path file, Access access,
                       Clock clock)
    : database_(std::move(database)), file_(std::move(file)), access_(access), clock_(std::move(clock)) {
    if (access_ == Access::read_only || file_.empty()) return;
    for (const auto* companion : {"", "-wal"}) {
        if (auto identity = identity_of(file_.string() + companion)) opened_.push_back(std::move(*identity));
    }
}

std::string Connection::now() const {
    return rfc3339(clock_());
}

std::optional<Connection::Identity> Connection::identity_of(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return Identity{path, status.st_dev, status.st_ino};
}

std::optional<StoreError> Connection::why_not_write() const {
    if (access_ == Access::read_only) {
        return StoreError{"the history database was opened for reading only", "this is a mistake in regent; report it"};
    }
    return why_not_there();
}

std::optional<StoreError> Connection::why_not_there() const {
    for (const auto& before : opened_) {
        const auto present = identity_of(before.path);
        // Anything but "no such file" says nothing about the file that is open.
        const bool gone = !present && (errno == ENOENT || errno == ENOTDIR);
        const bool other = present && (present->device != before.device || present->inode != before.inode);
        if (!gone && !other) continue;
        return StoreError{
            fmt::format("{} was {} while regent had it open, so nothing more is written to it", before.path.string(),
                        gone ? "deleted or moved" : "replaced by another file"),
            fmt::format("start regent again: it goes on with the file that is there or begins a new history, and the "
                        "tenant is as it was; whatever cleans up or restores {} must leave it alone while regent runs",
                        file_.parent_path().string())};
    }
    return std::nullopt;
}

tl::expected<void, StoreError> Connection::check() {
    const std::lock_guard lock(mutex_);
    if (auto lost = why_not_there()) return tl::unexpected(std::move(*lost));
    const auto found = explained([this] {
        // Pages in memory would hide what has become of them on the disk.
        sqlite3_db_release_memory(database_->getHandle());
        return database_->execAndGet("PRAGMA quick_check(1)").getString();
    });
    if (!found) return tl::unexpected(found.error());
    if (*found != "ok") return tl::unexpected(damaged(file_, *found));
    return {};
}

}  // namespace regent::store
