#include "child.hpp"
#include "old_file.hpp"
#include "service_rows.hpp"

#include <chrono>
#include <random>
#include <thread>

using namespace regent;

namespace {

/// Writes with every call there is, for as long as it lives. What belongs together is recognisable: a run that says
/// that it changed n objects has n changes, and all objects have the same message.
void write_for_ever(const std::filesystem::path& file) {
    std::string warning;
    auto stores = store::open_service_stores(file, warning);
    child::expect(stores.has_value() && warning.empty(), "cannot open");
    auto& [store, service] = *stores;
    for (std::size_t i = 0;; ++i) {
        const std::vector<store::ChangeRow> changes(i % 7, rows::change("portal"));
        (void)service->add_run(rows::busy_run(changes.size()), changes);
        std::vector<store::ObjectRow> objects;
        for (const auto* name : {"a", "b", "c", "d", "e"}) objects.push_back(rows::object(name, std::to_string(i)));
        (void)service->set_objects("dev", objects);
        (void)service->add_event(rows::event(std::to_string(i)));
        (void)service->set_pause({"dev", "Application", std::to_string(i % 5), "", "", "", ""});
        (void)service->clear_pause("dev", "Application", std::to_string((i + 2) % 5));
        (void)service->approve({"dev", std::to_string(i), "", "", ""});
        (void)service->set_cursor("commit", std::to_string(i));
        store::Intent intent;
        intent.address = {"Connector", "arm"};
        const auto begun = store->begin("dev", intent);
        if (begun) (void)store->finish(*begun, store::IntentOutcome::done, "shared_arm");
    }
}

/// What is wrong with the file; empty when it is sound and holds no half transaction.
std::string complaint_about(const std::filesystem::path& file) {
    std::string warning;
    const auto [store, service] = rows::open(file, &warning);
    if (!warning.empty()) return warning;
    if (const auto sound = service->check(); !sound) return sound.error().message;
    if (const auto unresolved = store->unresolved("dev"); !unresolved) return unresolved.error().message;

    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    const auto answer = [&database](const char* sql) { return database.execAndGet(sql).getString(); };
    if (const auto found = answer("PRAGMA integrity_check"); found != "ok") return found;
    if (answer("SELECT count(*) FROM runs WHERE cause = 'interval' AND "
               "updated <> (SELECT count(*) FROM changes WHERE run = runs.id)") != "0") {
        return "a run without its changes";
    }
    if (answer("SELECT count(DISTINCT message) <= 1 AND count(*) IN (0, 5) FROM objects") != "1") {
        return "objects of two calls";
    }
    return {};
}

}  // namespace

TEST_CASE("killed at any write, the file opens and every call has happened or has not", "[store][killed]") {
    const Folder folder;
    std::mt19937 random(std::random_device{}());
    std::uniform_int_distribution<int> microseconds(0, 30'000);
    for (int round = 0; round < 200; ++round) {
        // Every fourth time from the beginning: the file is killed while it is made, or while it is migrated.
        if (round % 4 == 0) std::filesystem::remove_all(folder.path / "state");
        if (round % 8 == 0) write_version_1(folder.database());
        const auto writer = child::start([&] { write_for_ever(folder.database()); });
        std::this_thread::sleep_for(std::chrono::microseconds(microseconds(random)));
        child::kill_now(writer);
        INFO("round " << round);
        REQUIRE(complaint_about(folder.database()) == "");
        if (round % 8 == 0) REQUIRE(rows::open(folder.database()).store->history("dev")->remote_ids.size() == 1);
    }
}
