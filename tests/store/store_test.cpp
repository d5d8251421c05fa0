#include "store/store.hpp"

#include "folder.hpp"
#include "model/attributes.hpp"
#include "plan/not_seen_yet.hpp"
#include "plan/vouching.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

using namespace regent;
using store::IntentOutcome;
using store::OpenMode;

namespace {

namespace fs = std::filesystem;

const model::Address app{"Application", "portal"};
const model::Address connector{"Connector", "arm"};

std::unique_ptr<store::Store> open(const Folder& folder, OpenMode mode = OpenMode::read_write,
                                   std::string* warning = nullptr) {
    std::string said;
    auto opened = store::open_store(folder.database(), mode, said, a_monday);
    if (!opened) FAIL(opened.error().message);
    if (warning != nullptr) *warning = said;
    return std::move(*opened);
}

store::Intent intent_for(const model::Address& address, const std::string& part = "") {
    store::Intent intent;
    intent.address = address;
    intent.part = part;
    intent.work = "create";
    intent.operation_id = "5f3a91c2";
    return intent;
}

std::int64_t begun(store::Store& store, const model::Address& address, const std::string& part = "") {
    const auto id = store.begin("dev", intent_for(address, part));
    REQUIRE(id);
    return *id;
}

unsigned rights_of(const fs::path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

std::string content_of_all(const fs::path& folder) {
    std::ostringstream all;
    for (const auto& entry : fs::directory_iterator(folder)) {
        all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    return all.str();
}

}  // namespace

TEST_CASE("the database and its folder are for their owner alone", "[store]") {
    const Folder folder;
    const auto store = open(folder);
    (void)begun(*store, connector);
    CHECK(rights_of(folder.path / "state") == 0700);
    for (const auto& name : folder.names_in_state()) {
        INFO(name);
        CHECK(rights_of(folder.path / "state" / name) == 0600);
    }
}

TEST_CASE("a database that others could read is closed to them", "[store]") {
    const Folder folder;
    open(folder);
    fs::permissions(folder.database(), fs::perms::group_read, fs::perm_options::add);
    open(folder);
    CHECK(rights_of(folder.database()) == 0600);
}

TEST_CASE("opening for reading creates nothing and begins with an empty history", "[store]") {
    const Folder folder;
    const auto store = open(folder, OpenMode::read_only);
    CHECK(store->history("dev")->last_applied.empty());
    CHECK(store->unresolved("dev")->empty());
    CHECK(store->runs("dev", 10)->empty());
    CHECK_FALSE(fs::exists(folder.path / "state"));
}

TEST_CASE("opening for reading sees what was written, leaves no file behind and refuses to write", "[store]") {
    const Folder folder;
    {
        const auto writer = open(folder);
        REQUIRE(writer->applied("dev", app, {"base/portal.yaml", 3, 1}, "o-1", {{"displayName", "Portal"}}));
    }
    const auto before = folder.names_in_state();
    const auto reader = open(folder, OpenMode::read_only);
    CHECK(reader->history("dev")->remote_ids.at(app) == "o-1");
    CHECK_FALSE(reader->applied("dev", app, {}, "o-2", {}));
    CHECK_FALSE(reader->begin("dev", intent_for(connector)));
    CHECK(folder.names_in_state() == before);
}

TEST_CASE("a reader sees what a running writer has written so far", "[store]") {
    const Folder folder;
    const auto writer = open(folder);
    (void)begun(*writer, connector);
    CHECK(open(folder, OpenMode::read_only)->unresolved("dev")->size() == 1);
}

TEST_CASE("an intent stays unresolved until its outcome is known", "[store][journal]") {
    const Folder folder;
    auto store = open(folder);
    const auto id = begun(*store, connector);

    SECTION("begun and never finished") {
        store.reset();  // the process ends
        const auto unresolved = open(folder)->unresolved("dev");
        REQUIRE(unresolved->size() == 1);
        CHECK(unresolved->front().address == connector);
        CHECK(unresolved->front().operation_id == "5f3a91c2");
        CHECK(unresolved->front().started_at == "2026-09-14T09:02:11Z");
    }
    SECTION("finished as unknown") {
        REQUIRE(store->finish(id, IntentOutcome::unknown, ""));
        CHECK(store->unresolved("dev")->size() == 1);
    }
    SECTION("done, failed or never sent") {
        for (const auto outcome : {IntentOutcome::done, IntentOutcome::failed, IntentOutcome::not_sent}) {
            REQUIRE(store->finish(id, outcome, "shared_arm"));
            CHECK(store->unresolved("dev")->empty());
        }
    }
    SECTION("another environment does not see it") {
        CHECK(store->unresolved("prod")->empty());
    }
}

TEST_CASE("what was made is unseen until a run is recorded after it", "[store][journal]") {
    const Folder folder;
    const auto store = open(folder);
    REQUIRE(store->finish(begun(*store, connector), IntentOutcome::done, "shared_arm"));
    REQUIRE(store->finish(begun(*store, app, "clientSecrets/arm"), IntentOutcome::failed, ""));
    REQUIRE(store->unseen("dev")->size() == 1);
    CHECK(store->unseen("dev")->front().address == connector);
    CHECK(store->unseen("prod")->empty());
    regent::store::RunRecord run;
    run.started_at = run.finished_at = "2000-01-01T00:00:00Z";
    REQUIRE(store->record_run("dev", run));
    CHECK(store->unseen("dev")->size() == 1);
    run.finished_at = "2999-01-01T00:00:00Z";
    REQUIRE(store->record_run("dev", run));
    CHECK(store->unseen("dev")->empty());
}

TEST_CASE("a later success settles the earlier attempts at the same thing, and only those", "[store][journal]") {
    const Folder folder;
    const auto store = open(folder);
    (void)begun(*store, connector);
    (void)begun(*store, app, "clientSecrets/arm");
    const auto again = begun(*store, connector);

    SECTION("done") {
        REQUIRE(store->finish(again, IntentOutcome::done, "shared_arm"));
        const auto unresolved = store->unresolved("dev");
        REQUIRE(unresolved->size() == 1);
        CHECK(unresolved->front().part == "clientSecrets/arm");
    }
    SECTION("a refusal says nothing of what was sent before") {
        REQUIRE(store->finish(again, IntentOutcome::failed, ""));
        CHECK(store->unresolved("dev")->size() == 2);
    }
    SECTION("the object was removed") {
        REQUIRE(store->removed("dev", connector));
        CHECK(store->unresolved("dev")->size() == 1);
    }
}

TEST_CASE("what was applied comes back as it was, until the object is removed", "[store]") {
    const Folder folder;
    const model::Map values{{"displayName", "Portal \x1b[31m"},
                            {"requestedAccessTokenVersion", 2},
                            {"servicePrincipal", true},
                            {"redirectUris.web", model::List{"https://a.example/", "https://b.example/"}},
                            {"federatedCredentials", model::Map{{"ci", model::Map{{"issuer", "https://i.example"}}}}}};
    auto store = open(folder);
    REQUIRE(store->applied("dev", app, {"base/portal.yaml", 3, 1}, "o-1", values));
    REQUIRE(store->applied("prod", app, {"base/portal.yaml", 3, 1}, "o-9", {}));
    store = open(folder);
    const auto history = store->history("dev");
    CHECK(history->last_applied.at(app) == values);
    CHECK(history->remote_ids.at(app) == "o-1");
    CHECK(history->places.at(app) == model::Place{"base/portal.yaml", 3, 1});

    REQUIRE(store->removed("dev", app));
    CHECK(store->history("dev")->last_applied.empty());
    CHECK(store->history("prod")->remote_ids.at(app) == "o-9");
}

TEST_CASE("when an application was made is remembered with it, until it is removed", "[store]") {
    const Folder folder;
    auto store = open(folder);
    REQUIRE(store->applied("dev", app, {}, "o-1", {{std::string(plan::time_made), std::int64_t{1789376531}}}));
    REQUIRE(store->agreed("dev", {{app, {}, "o-1", store->history("dev")->last_applied.at(app)}}));
    store = open(folder);
    CHECK(store->history("dev")->made_at.at(app) == a_monday());
    REQUIRE(store->removed("dev", app));
    CHECK(store->history("dev")->made_at.empty());
}

TEST_CASE("what is remembered of an object goes over to the name that its manifest has by now", "[store]") {
    const Folder folder;
    const auto store = open(folder);
    const model::Address renamed{"Application", "portal-api"}, connector_renamed{"Connector", "arm-api"};
    REQUIRE(store->applied("dev", app, {"base/portal.yaml", 3, 1}, "o-1", {{"displayName", "Portal"}}));
    REQUIRE(store->applied("prod", app, {"base/portal.yaml", 3, 1}, "o-9", {}));
    begun(*store, app, "clientSecrets/arm");
    REQUIRE(store->finish(begun(*store, connector), IntentOutcome::done, "shared_arm"));
    REQUIRE(store->renamed("dev", app, renamed));
    REQUIRE(store->renamed("dev", connector, connector_renamed));
    const auto history = store->history("dev");
    CHECK(history->remote_ids == std::map<model::Address, std::string>{{renamed, "o-1"}});
    CHECK(history->last_applied.at(renamed).at("displayName") == model::Value("Portal"));
    CHECK(history->made_at.contains(connector_renamed));
    // A secret that an earlier run may have made is looked for by the run that makes it under the new name.
    REQUIRE(store->unresolved("dev")->size() == 1);
    CHECK(store->unresolved("dev")->front().address == renamed);
    CHECK(store->history("prod")->remote_ids.contains(app));

    // What is known of the new one counts more than what somebody wrote under the old name since.
    REQUIRE(store->applied("dev", app, {}, "o-2", {}));
    REQUIRE(store->renamed("dev", app, renamed));
    CHECK(store->history("dev")->remote_ids == std::map<model::Address, std::string>{{renamed, "o-1"}});
}

TEST_CASE("when a secret was issued is remembered by its key", "[store]") {
    const Folder folder;
    const auto store = open(folder);
    for (const std::string key : {"k-1", "k-2"}) {
        const auto intent = store->begin("dev", {.id = 0,
                                                 .address = app,
                                                 .part = "clientSecrets/s",
                                                 .work = "add",
                                                 .operation_id = "5f3a91c2",
                                                 .started_at = {}});
        REQUIRE(intent);
        REQUIRE(store->finish(*intent, IntentOutcome::done, key));
    }
    const auto history = store->history("dev");
    CHECK(history->made_at.at(plan::issued_secret("k-2")) == a_monday());
    CHECK_FALSE(history->made_at.contains(app));
}

TEST_CASE("of an application that a run deleted its id is remembered, and nothing else", "[store]") {
    const Folder folder;
    auto store = open(folder);
    REQUIRE(store->applied("dev", app, {"base/portal.yaml", 3, 1}, "o-1", {{std::string(plan::removed_here), true}}));
    store = open(folder);
    const auto history = store->history("dev");
    CHECK(history->remote_ids.at(app) == "o-1");
    CHECK(history->last_applied.empty());
    CHECK(history->places.empty());
    CHECK(plan::was_removed_here(*history, app, "o-1"));
    CHECK_FALSE(plan::was_removed_here(*history, app, "o-2"));
}

TEST_CASE("write-only, unknown and unresolved attributes are not remembered", "[store][secrets]") {
    const Folder folder;
    const auto store = open(folder);
    REQUIRE(store->applied("dev", connector, {}, "shared_arm",
                           {{"description", "kept"},
                            {"auth.clientSecret", "s3cr3t-value"},
                            {"auth.somethingNew", "s3cr3t-value"},
                            {"auth.clientId", model::Reference{app, "appId", "", ""}}}));
    const auto remembered = store->history("dev")->last_applied.at(connector);
    CHECK(remembered == model::Map{{"description", "kept"}});
    CHECK(content_of_all(folder.path / "state").find("s3cr3t") == std::string::npos);
}

TEST_CASE("a damaged file is moved aside, reported, and a new history begins", "[store]") {
    const Folder folder;
    std::string warning;
    SECTION("no database at all") {
        write_file(folder.database(), std::string(8192, 'x'));
        const auto store = open(folder, OpenMode::read_write, &warning);
        (void)begun(*store, connector);
    }
    SECTION("a page in the middle overwritten") {
        {
            const auto store = open(folder);
            for (int i = 0; i < 200; ++i) {
                REQUIRE(store->applied("dev", {"Application", "a" + std::to_string(i)}, {}, "o",
                                       {{"description", std::string(500, 'd')}}));
            }
        }
        std::fstream file(folder.database(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(4096);
        file << std::string(60'000, '\xff');
        file.close();
        open(folder, OpenMode::read_write, &warning);
    }
    INFO(warning);
    CHECK(warning.find("is damaged") != std::string::npos);
    CHECK(warning.find("regent.db.damaged-20260914T090211Z") != std::string::npos);
    CHECK(fs::exists(folder.database().string() + ".damaged-20260914T090211Z"));
    CHECK(open(folder, OpenMode::read_write, &warning)->history("dev")->last_applied.empty());
    CHECK(warning.empty());
}

TEST_CASE("a file that was moved aside before is not overwritten", "[store]") {
    const Folder folder;
    for (int i = 0; i < 2; ++i) {
        write_file(folder.database(), std::string(8192, static_cast<char>('x' + i)));
        open(folder);
    }
    CHECK(fs::exists(folder.database().string() + ".damaged-20260914T090211Z"));
    CHECK(fs::exists(folder.database().string() + ".damaged-20260914T090211Z-2"));
}

TEST_CASE("a file of a newer regent is moved aside by an apply and left alone by a plan", "[store]") {
    const Folder folder;
    open(folder);
    {
        // The header holds user_version as four bytes at offset 60, https://www.sqlite.org/fileformat2.html
        std::fstream file(folder.database(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(63);
        file.put(99);
    }
    const auto before = folder.names_in_state();
    std::string warning;
    CHECK(open(folder, OpenMode::read_only, &warning)->runs("dev", 1)->empty());
    CHECK(warning.find("newer version of regent") != std::string::npos);
    CHECK(folder.names_in_state() == before);

    (void)begun(*open(folder, OpenMode::read_write, &warning), connector);
    CHECK(warning.find("newer version of regent") != std::string::npos);
    CHECK(fs::exists(folder.database().string() + ".newer-20260914T090211Z"));
}

TEST_CASE("a damaged file does not stop a plan and is left where it is", "[store]") {
    const Folder folder;
    write_file(folder.database(), std::string(8192, 'x'));
    std::string warning;
    CHECK(open(folder, OpenMode::read_only, &warning)->history("dev")->last_applied.empty());
    CHECK_FALSE(warning.empty());
    CHECK(folder.names_in_state() == std::vector<std::string>{"regent.db"});
}

TEST_CASE("a database of another program is refused and not touched", "[store]") {
    const Folder folder;
    open(folder);
    {
        std::fstream file(folder.database(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(63);
        file.put(0);  // tables, but no version of ours
    }
    std::string warning;
    const auto opened = store::open_store(folder.database(), OpenMode::read_write, warning, a_monday);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().message.find("another program") != std::string::npos);
}

TEST_CASE("runs come back newest first, for one environment", "[store]") {
    const Folder folder;
    const auto store = open(folder);
    for (const auto* result : {"ok", "partly", "none"}) {
        store::RunRecord run;
        run.started_at = "2026-09-14T09:02:11Z";
        run.revision = "main@4f2c1ab";
        run.result = result;
        run.created = 3;
        run.failed = 1;
        REQUIRE(store->record_run("dev", run));
    }
    REQUIRE(store->record_run("prod", {}));
    const auto runs = store->runs("dev", 2);
    REQUIRE(runs->size() == 2);
    CHECK(runs->at(0).result == "none");
    CHECK(runs->at(1).result == "partly");
    CHECK(runs->at(0).created == 3);
    CHECK(runs->at(0).failed == 1);
    CHECK(runs->at(0).revision == "main@4f2c1ab");
}

TEST_CASE("many threads may write at once", "[store]") {
    const Folder folder;
    const auto store = open(folder);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&store, t] {
            for (int i = 0; i < 10; ++i) {
                const auto id = store->begin("dev", intent_for({"Connector", std::to_string(t * 10 + i)}));
                if (id && i % 2 == 0) (void)store->finish(*id, IntentOutcome::done, "x");
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(store->unresolved("dev")->size() == 20);
}

TEST_CASE("a folder that cannot be made is an error with a way out", "[store]") {
    const Folder folder;
    write_file(folder.path / "state", "a file where a folder should be");
    std::string warning;
    const auto opened = store::open_store(folder.database(), OpenMode::read_write, warning);
    REQUIRE_FALSE(opened);
    CHECK_FALSE(opened.error().help.empty());
}

TEST_CASE("what is found as it should be is remembered like what was applied, and only where it is news", "[store]") {
    const Folder folder;
    const std::vector<store::AppliedObject> found = {
        {app, {"base/portal.yaml", 3, 1}, "o-1", {{"displayName", "Portal"}}},
        {connector, {"base/arm.yaml", 3, 1}, "shared_arm", {{"displayName", "ARM"}}}};
    {
        const auto store = open(folder);
        REQUIRE(store->applied("dev", app, {"base/portal.yaml", 3, 1}, "o-1", {{"displayName", "Portal"}}));
    }
    std::string warning;
    const auto later = [] { return a_monday() + std::chrono::hours(24); };
    const auto store = *store::open_store(folder.database(), OpenMode::read_write, warning, later);
    REQUIRE(store->agreed("dev", found));
    const auto history = store->history("dev");
    CHECK(history->last_applied.at(connector).at("displayName") == model::Value("ARM"));
    CHECK(history->remote_ids.at(connector) == "shared_arm");
    CHECK(history->places.at(connector).line == 3);
    SQLite::Database rows(folder.database().string());
    CHECK(rows.execAndGet("SELECT applied_at FROM applied WHERE name = 'portal'").getString() ==
          "2026-09-14T09:02:11Z");
    CHECK(rows.execAndGet("SELECT applied_at FROM applied WHERE name = 'arm'").getString() == "2026-09-15T09:02:11Z");
    CHECK(store->history("prod")->last_applied.empty());
    CHECK_FALSE(open(folder, OpenMode::read_only)->agreed("dev", found));
}
