#include "child.hpp"
#include "service_rows.hpp"
#include "store/store_error.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

using namespace regent;
using child::expect;

namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Adds events until one is refused; returns how many there are.
std::size_t fill(store::ServiceStore& service, store::StoreError& refusal) {
    auto large = rows::event("");
    large.message = std::string(1'500, 'x');
    for (std::size_t i = 0; i < 10'000; ++i) {
        if (const auto added = service.add_event(large); !added) {
            refusal = added.error();
            return i;
        }
    }
    throw std::runtime_error("the disk is never full");
}

std::size_t number_of_events(store::ServiceStore& service) {
    store::RowFilter all;
    all.limit = 100'000;
    const auto events = service.events(all);
    expect(events.has_value(), "events cannot be read");
    return events->size();
}

/// A small row may still find room where a large one did not.
bool can_begin_for_ever(store::Store& store) {
    for (int i = 0; i < 1'000; ++i) {
        if (!store.begin("dev", {})) return false;
    }
    return true;
}

/// A disk of `size` in a mount namespace of this process. False where that is not allowed.
bool mount_disk(const fs::path& at, const std::string& size) {
    return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("none", at.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

void resize_disk(const fs::path& at, const std::string& size) {
    expect(::mount("none", at.c_str(), "tmpfs", MS_REMOUNT, ("size=" + size).c_str()) == 0, "remount");
}

/// Runs as a user that permissions apply to; the folder becomes that user's.
void become_nobody(const fs::path& folder) {
    if (::geteuid() != 0) return;
    constexpr ::uid_t nobody = 65534;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        expect(::chown(entry.path().c_str(), nobody, nobody) == 0, "chown");
    }
    expect(::chown(folder.c_str(), nobody, nobody) == 0 && ::setgid(nobody) == 0 && ::setuid(nobody) == 0, "setuid");
}

/// The content of the file is in the file, not in its log.
void empty_the_log(const fs::path& file) {
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE).execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
}

void overwrite(const fs::path& file, std::streamoff from, std::size_t size) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(from);
    stream << std::string(size, '\xff');
}

}  // namespace

TEST_CASE("at the limit for a file's size a write is refused, and goes on when there is room", "[store][disk]") {
    const Folder folder;
    CHECK(child::complaint_of([&] {
              std::signal(SIGXFSZ, SIG_IGN);
              const auto [store, service] = rows::open(folder.database());
              expect(service->set_cursor("commit", "9b1e77d").has_value(), "cursor");
              struct rlimit limit {};
              expect(::getrlimit(RLIMIT_FSIZE, &limit) == 0, "getrlimit");
              const struct rlimit low { 512UL * 1024, limit.rlim_max };
              expect(::setrlimit(RLIMIT_FSIZE, &low) == 0, "setrlimit");

              store::StoreError refusal;
              const auto written = fill(*service, refusal);
              expect(contains(refusal.message, folder.database().string()), "names no file: " + refusal.message);
              expect(contains(refusal.help, "LimitFSIZE"), "says nothing of limits: " + refusal.help);
              expect(!can_begin_for_ever(*store), "creations can be begun");
              expect(number_of_events(*service) == written, "not as it was");
              expect(service->cursor("commit") == "9b1e77d", "cannot read");

              expect(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
              expect(service->add_event({}).has_value(), "does not go on");
              expect(service->check().has_value(), "not sound");
          }) == "");
}

TEST_CASE("a full disk refuses a write, says so, and goes on when there is room", "[store][disk]") {
    const Folder folder;
    const auto complaint = child::complaint_of([&] {
        if (!mount_disk(folder.path, "1m")) return expect(false, "not allowed");
        const auto [store, service] = rows::open(folder.database());
        store::StoreError refusal;
        const auto written = fill(*service, refusal);
        expect(contains(refusal.message, "the disk is full"), refusal.message);
        expect(contains(refusal.help, "df -h " + folder.database().parent_path().string()), refusal.help);
        expect(number_of_events(*service) == written, "not as it was");
        expect(!can_begin_for_ever(*store), "creations can be begun");
        resize_disk(folder.path, "8m");
        expect(service->add_event({}).has_value(), "does not go on");
        expect(service->check().has_value(), "not sound");
    });
    if (complaint == "not allowed") {
        WARN("no mount namespace here");
    } else {
        CHECK(complaint == "");
    }
}

TEST_CASE("a disk without room for the file is an error, and the file is made when there is some", "[store][disk]") {
    const Folder folder;
    const auto complaint = child::complaint_of([&] {
        if (!mount_disk(folder.path, "64k")) return expect(false, "not allowed");
        std::string warning;
        const auto opened = store::open_service_stores(folder.database(), warning);
        expect(!opened.has_value(), "opened");
        expect(contains(opened.error().message, "the disk is full"), opened.error().message);
        expect(warning.empty(), warning);
        resize_disk(folder.path, "8m");
        const auto again = store::open_service_stores(folder.database(), warning);
        expect(again.has_value() && warning.empty(), "does not go on: " + warning);
        expect(again->service->add_event({}).has_value(), "cannot write");
        expect(std::distance(fs::directory_iterator(folder.path / "state"), {}) == 3, "left something behind");
    });
    if (complaint == "not allowed") {
        WARN("no mount namespace here");
    } else {
        CHECK(complaint == "");
    }
}

TEST_CASE("a file or folder that may not be written is an error with a way out", "[store][disk]") {
    const Folder folder;
    rows::open(folder.database());
    const auto attempt = [&](const fs::path& path, ::mode_t mode) {
        return child::complaint_of([&] {
            become_nobody(folder.path);
            expect(::chmod(path.c_str(), mode) == 0, "chmod");
            std::string warning;
            const auto opened = store::open_service_stores(folder.database(), warning);
            expect(!opened.has_value(), "opened");
            expect(contains(opened.error().message, folder.database().string()), opened.error().message);
            expect(contains(opened.error().help, "the user that regent runs as"), opened.error().help);
            expect(warning.empty(), warning);
        });
    };
    SECTION("the file") {
        CHECK(attempt(folder.database(), 0400) == "");
    }
    SECTION("the folder") {
        CHECK(attempt(folder.database().parent_path(), 0500) == "");
        ::chmod(folder.database().parent_path().c_str(), 0700);
    }
}

TEST_CASE("a file that is no longer there is noticed, and nothing is written into the void", "[store][disk]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    REQUIRE(service->check());
    std::string expected;
    SECTION("deleted") {
        fs::remove(folder.database());
        expected = "regent.db was deleted or moved while regent had it open";
    }
    SECTION("deleted with its folder") {
        fs::remove_all(folder.path / "state");
        expected = "regent.db was deleted or moved while regent had it open";
    }
    SECTION("another one put in its place") {
        fs::copy_file(folder.database(), folder.path / "copy");
        fs::rename(folder.path / "copy", folder.database());
        expected = "regent.db was replaced by another file while regent had it open";
    }
    SECTION("its log deleted") {
        fs::remove(folder.database().string() + "-wal");
        expected = "regent.db-wal was deleted or moved while regent had it open";
    }
    const auto sound = service->check();
    REQUIRE_FALSE(sound);
    CHECK(contains(sound.error().message, expected));
    CHECK(contains(sound.error().help, "start regent again"));

    const auto added = service->add_event({});
    REQUIRE_FALSE(added);
    CHECK(added.error().message == sound.error().message);
    CHECK_FALSE(store->begin("dev", {}));
}

TEST_CASE("pages that are damaged while the file is open are an error, and the next start begins anew",
          "[store][disk]") {
    const Folder folder;
    {
        const auto [store, service] = rows::open(folder.database());
        for (int i = 0; i < 300; ++i) {
            auto large = rows::event(std::to_string(i));
            large.message = std::string(1'000, 'x');
            REQUIRE(service->add_event(large));
        }
        empty_the_log(folder.database());
        REQUIRE(service->check());
        overwrite(folder.database(), 8'192, 200'000);

        const auto sound = service->check();
        REQUIRE_FALSE(sound);
        CHECK(contains(sound.error().message, folder.database().string() + " is damaged"));
        CHECK(contains(sound.error().help, "start regent again"));

        store::RowFilter all;
        all.limit = 1'000;
        const auto events = service->events(all);
        REQUIRE_FALSE(events);
        CHECK(contains(events.error().message, "is damaged"));
    }
    std::string warning;
    const auto [store, service] = rows::open(folder.database(), &warning);
    CHECK(contains(warning, "is damaged; it was moved to regent.db.damaged-20260914T090211Z"));
    CHECK(service->add_event({}));
}

TEST_CASE("pauses outlive a file that is damaged elsewhere, or of a newer regent", "[store][disk]") {
    const Folder folder;
    const store::PauseRow pause{"dev", "Application", "a", "vendor maintenance", "alice", "2026-09-14T08:00:00Z", ""};
    {
        const auto [store, service] = rows::open(folder.database());
        REQUIRE(service->set_pause(pause));
        for (int i = 0; i < 300; ++i) {
            auto large = rows::event(std::to_string(i));
            large.message = std::string(1'000, 'x');
            REQUIRE(service->add_event(large));
        }
        empty_the_log(folder.database());
    }
    std::string expected;
    SECTION("damaged") {
        overwrite(folder.database(), static_cast<std::streamoff>(fs::file_size(folder.database())) - 40'000, 30'000);
        expected =
            "is damaged; it was moved to regent.db.damaged-20260914T090211Z, and this run begins a new history; 1 "
            "pause was taken over from it";
    }
    SECTION("newer") {
        overwrite(folder.database(), 63, 1);
        expected = "begins a new history; 1 pause was taken over from it";
    }
    std::string warning;
    const auto [store, service] = rows::open(folder.database(), &warning);
    CHECK(contains(warning, expected));
    const auto pauses = service->pauses();
    REQUIRE(pauses);
    REQUIRE(pauses->size() == 1);
    CHECK(pauses->front().name == "a");
    CHECK(pauses->front().reason == "vendor maintenance");
    CHECK(pauses->front().since == "2026-09-14T08:00:00Z");
}

TEST_CASE("a file of which nothing can be read says that pauses may be lost", "[store][disk]") {
    const Folder folder;
    {
        const auto [store, service] = rows::open(folder.database());
        empty_the_log(folder.database());
    }
    overwrite(folder.database(), 0, 8'192);
    std::string warning;
    (void)rows::open(folder.database(), &warning);
    CHECK(contains(warning, "pauses that were in it are perhaps lost"));
}

TEST_CASE("each failure of the database says what it is and what to do", "[store][disk]") {
    const auto [code, what] = GENERATE(table<int, std::string>({{SQLITE_FULL, "the disk is full"},
                                                                {SQLITE_IOERR, "the disk refused"},
                                                                {SQLITE_CORRUPT, "is damaged"},
                                                                {SQLITE_NOTADB, "is damaged"},
                                                                {SQLITE_READONLY, "cannot be written"},
                                                                {SQLITE_CANTOPEN, "cannot be written"},
                                                                {SQLITE_BUSY, "another process has been writing"},
                                                                {SQLITE_NOMEM, "failed"}}));
    const auto error = store::explain(SQLite::Exception("so says SQLite", code), "/var/lib/regent/regent.db");
    CHECK(contains(error.message, "/var/lib/regent/regent.db"));
    CHECK(contains(error.message, what));
    CHECK_FALSE(error.help.empty());
}
