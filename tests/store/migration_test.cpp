#include "folder.hpp"
#include "old_file.hpp"
#include "service_rows.hpp"

using namespace regent;

TEST_CASE("a file of the first regent is taken over with all that is in it", "[store][migration]") {
    const Folder folder;
    write_version_1(folder.database());
    std::string warning;
    const auto stores = rows::open(folder.database(), &warning);
    CHECK(warning.empty());

    const auto history = stores.store->history("dev");
    CHECK(history->remote_ids.at({"Application", "portal"}) == "o-1");
    CHECK(history->last_applied.at({"Application", "portal"}) == model::Map{{"displayName", "Portal"}});
    CHECK(stores.store->unresolved("dev")->size() == 1);

    const auto runs = stores.service->runs({});
    REQUIRE(runs->size() == 2);
    CHECK(runs->at(0).id == 2);
    CHECK(runs->at(0).run.failed == 1);
    CHECK(runs->at(0).count == 1);
    CHECK(runs->at(0).last_at == "2026-05-05T08:00:02Z");
    CHECK(runs->at(1).run.plan_id == "p-1");
}

TEST_CASE("a file of the first regent is read by a plan and stays as it is", "[store][migration]") {
    const Folder folder;
    write_version_1(folder.database());
    std::string warning;
    const auto store = store::open_store(folder.database(), store::OpenMode::read_only, warning, a_monday);
    CHECK(warning.empty());
    CHECK((*store)->runs("dev", 10)->size() == 2);
    CHECK(SQLite::Database(folder.database().string()).execAndGet("PRAGMA user_version").getInt() == 1);
}

TEST_CASE("what was migrated is what a new file has", "[store][migration]") {
    const Folder folder;
    const auto fresh = folder.path / "new" / "regent.db";
    write_version_1(folder.database());
    rows::open(folder.database());
    rows::open(fresh);
    const auto schema = [](const std::filesystem::path& file) {
        SQLite::Database database(file.string());
        return database
            .execAndGet("SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_master ORDER BY name)")
            .getString();
    };
    CHECK(schema(folder.database()) == schema(fresh));
}
