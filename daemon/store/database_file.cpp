#include "store/database_file.hpp"

#include "store/pause_rescue.hpp"
#include "store/schema.hpp"
#include "store/store_error.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

namespace regent::store {
namespace {

namespace fs = std::filesystem;

/// The write-ahead log and its index belong to the database file and go where it goes.
constexpr std::array companions = {"", "-wal", "-shm"};

bool means_damage(const SQLite::Exception& error) {
    return error.getErrorCode() == SQLITE_CORRUPT || error.getErrorCode() == SQLITE_NOTADB;
}

StoreError cannot(std::string_view what, const fs::path& path, int error) {
    const bool forbidden = error == EACCES || error == EPERM || error == EROFS;
    return {fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(error)),
            forbidden
                ? fmt::format("let the user that regent runs as write there (ls -la {}; findmnt -T {}), or choose "
                              "another place for the state with --state-dir",
                              path.parent_path().string(), path.parent_path().string())
                : "choose another place for the state with --state-dir"};
}

/// Missing folders are made with 0700. Folders that exist stay as they are: they may be somebody else's.
tl::expected<void, StoreError> make_folder(const fs::path& folder) {
    std::error_code ignored;
    if (folder.empty() || fs::exists(folder, ignored)) return {};
    if (auto parent = make_folder(folder.parent_path()); !parent) return parent;
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return tl::unexpected(cannot("make the folder", folder, errno));
    }
    return {};
}

/// SQLite gives a new file the rights of the umask, and its -wal and -shm the rights of the file: so the file is made
/// here, first. One that exists is not opened for it: closing it would take the locks away from a connection that this
/// process has already (https://www.sqlite.org/howtocorrupt.html, 2.2).
tl::expected<void, StoreError> make_private_file(const fs::path& file) {
    if (const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); fd >= 0) {
        ::close(fd);
        return {};
    }
    if (errno != EEXIST) return tl::unexpected(cannot("open", file, errno));
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return tl::unexpected(cannot("look at", file, errno));
    if (!S_ISREG(status.st_mode)) {
        return tl::unexpected(StoreError{fmt::format("{} is not a file", file.string()), "name a file"});
    }
    if ((status.st_mode & 077) != 0 && ::chmod(file.c_str(), 0600) != 0) {
        return tl::unexpected(cannot("take the rights of others away from", file, errno));
    }
    if (::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
        return tl::unexpected(cannot("open", file, errno));
    }
    return {};
}

/// One process opens at a time. Otherwise two that make the file at once would meet it half made, and two that find it
/// damaged would both move it aside: the second one the first one's new file. What cannot be locked (some network file
/// systems) is opened all the same.
class OpeningLock {
public:
    explicit OpeningLock(const fs::path& folder)
        : fd_(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        constexpr auto pause = std::chrono::milliseconds(5);
        for (auto left = std::chrono::milliseconds(busy_timeout_ms); fd_ >= 0 && left.count() > 0; left -= pause) {
            if (::flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
            std::this_thread::sleep_for(pause);
        }
    }
    OpeningLock(const OpeningLock&) = delete;
    OpeningLock& operator=(const OpeningLock&) = delete;
    ~OpeningLock() {
        if (fd_ >= 0) ::close(fd_);
    }

private:
    int fd_;
};

fs::path free_name(const fs::path& file, std::string_view why, std::chrono::system_clock::time_point now) {
    const auto stem = fmt::format("{}.{}-{:%Y%m%dT%H%M%SZ}", file.string(), why,
                                  fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
    auto name = stem;
    std::error_code ignored;
    for (int n = 2; fs::exists(name, ignored); ++n) name = fmt::format("{}-{}", stem, n);
    return name;
}

tl::expected<fs::path, StoreError> move_aside(const fs::path& file, std::string_view why,
                                              std::chrono::system_clock::time_point now) {
    auto target = free_name(file, why, now);
    for (const auto* companion : companions) {
        const auto from = file.string() + companion;
        if (std::rename(from.c_str(), (target.string() + companion).c_str()) != 0 && errno != ENOENT) {
            return tl::unexpected(cannot("move aside", from, errno));
        }
    }
    return target;
}

enum class Fitness { good, damaged, newer, strange };

struct Opened {
    std::unique_ptr<SQLite::Database> database;
    Fitness fitness = Fitness::good;
};

/// Throws SQLite::Exception for everything that is not a matter of the file's content.
Opened try_open(const fs::path& file) {
    try {
        auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE, busy_timeout_ms);
        if (version_of(*database) > schema_version) return {nullptr, Fitness::newer};
        if (belongs_to_another_program(*database)) return {nullptr, Fitness::strange};
        database->exec("PRAGMA journal_mode = WAL");
        database->exec("PRAGMA synchronous = FULL");
        migrate(*database);
        if (database->execAndGet("PRAGMA quick_check(1)").getString() != "ok") return {nullptr, Fitness::damaged};
        return {std::move(database), Fitness::good};
    } catch (const SQLite::Exception& error) {
        if (means_damage(error)) return {nullptr, Fitness::damaged};
        throw;
    }
}

std::string as_uri(const fs::path& file, std::string_view query) {
    std::string uri = "file:";
    for (const char c : fs::absolute(file).string()) {
        uri += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02X}", static_cast<unsigned char>(c))
                                                : std::string(1, c);
    }
    return uri + "?" + std::string(query);
}

std::unique_ptr<SQLite::Database> empty_in_memory() {
    auto database =
        std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms);
    migrate(*database);
    return database;
}

std::unique_ptr<SQLite::Database> copy_in_memory(const fs::path& file) {
    // A database in WAL mode makes -wal and -shm files even for a reader. With no log beside it the file is complete
    // and can be read as immutable, which makes none; with a log, both exist already.
    std::error_code ignored;
    const bool has_log = fs::exists(file.string() + "-wal", ignored);
    SQLite::Database source(as_uri(file, has_log ? "mode=ro" : "mode=ro&immutable=1"),
                            SQLite::OPEN_READONLY | SQLite::OPEN_URI, busy_timeout_ms);
    auto copy =
        std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms);
    SQLite::Backup(*copy, source).executeStep(-1);
    return copy;
}

}  // namespace

std::string rfc3339(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

tl::expected<std::unique_ptr<SQLite::Database>, StoreError> open_for_writing(
    const fs::path& file, std::string& warning, std::chrono::system_clock::time_point now) {
    if (auto folder = make_folder(file.parent_path()); !folder) return tl::unexpected(folder.error());
    const OpeningLock lock(file.parent_path());
    // A second round only after the first has moved a file aside; what is opened then is new.
    fs::path aside;
    for (int round = 0; round < 2; ++round) {
        if (auto made = make_private_file(file); !made) return tl::unexpected(made.error());
        try {
            auto opened = try_open(file);
            if (opened.fitness == Fitness::good) {
                if (!aside.empty()) warning += "; " + rescue_pauses(aside, *opened.database);
                return std::move(opened.database);
            }
            if (opened.fitness == Fitness::strange) {
                return tl::unexpected(StoreError{fmt::format("{} is a database of another program", file.string()),
                                                 "name another file; regent makes its own"});
            }
            const bool damaged = opened.fitness == Fitness::damaged;
            const auto moved = move_aside(file, damaged ? "damaged" : "newer", now);
            if (!moved) return tl::unexpected(moved.error());
            aside = *moved;
            warning = fmt::format("{} {}; it was moved to {}, and this run begins a new history", file.string(),
                                  damaged ? "is damaged" : "was written by a newer version of regent",
                                  aside.filename().string());
        } catch (const SQLite::Exception& error) {
            return tl::unexpected(explain(error, file));
        }
    }
    return tl::unexpected(
        StoreError{fmt::format("{} is damaged again right after it was made", file.string()), "check the disk"});
}

std::unique_ptr<SQLite::Database> copy_for_reading(const fs::path& file, std::string& warning) {
    std::error_code ignored;
    const auto status = fs::status(file, ignored);
    if (status.type() == fs::file_type::not_found) return empty_in_memory();
    try {
        auto copy = copy_in_memory(file);
        if (version_of(*copy) > schema_version) {
            warning = fmt::format("{} was written by a newer version of regent; this run goes on without history",
                                  file.string());
        } else if (belongs_to_another_program(*copy)) {
            warning =
                fmt::format("{} is a database of another program; this run goes on without history", file.string());
        } else {
            migrate(*copy);
            if (copy->execAndGet("PRAGMA quick_check(1)").getString() == "ok") return copy;
            warning = fmt::format("{} is damaged; this run goes on without history", file.string());
        }
    } catch (const SQLite::Exception& error) {
        warning = fmt::format("cannot read {} ({}); this run goes on without history", file.string(), error.what());
    }
    return empty_in_memory();
}

}  // namespace regent::store
