#include "store/service_store.hpp"

#include "service_rows.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <thread>

using namespace regent;
using rows::busy_run;
using rows::change;
using rows::event;
using rows::object;
using rows::quiet_run;
using store::RowFilter;

namespace {

template <typename Rows>
std::vector<std::string> names(const Rows& rows) {
    std::vector<std::string> all;
    for (const auto& row : rows) all.push_back(row.address.name);
    return all;
}

std::vector<std::string> ids(const std::vector<store::EventRow>& events) {
    std::vector<std::string> all;
    for (const auto& row : events) all.push_back(row.id);
    return all;
}

RowFilter with(const std::function<void(RowFilter&)>& set) {
    RowFilter filter;
    set(filter);
    return filter;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("quiet runs are one row, with their number and the end of the last", "[store][history]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    const auto first = service->add_run(quiet_run("2026-09-14T09:02:14Z"), {}).value();
    CHECK(service->add_run(quiet_run("2026-09-14T09:03:14Z"), {}) == first);
    auto last = quiet_run("2026-09-14T09:04:14Z");
    last.read = 13;
    CHECK(service->add_run(last, {}) == first);

    const auto runs = service->runs({});
    REQUIRE(runs->size() == 1);
    CHECK(runs->front().count == 3);
    CHECK(runs->front().run.finished_at == "2026-09-14T09:02:14Z");
    CHECK(runs->front().last_at == "2026-09-14T09:04:14Z");
    CHECK(runs->front().read == 13);
}

TEST_CASE("a run that is unlike the one before has a row of its own", "[store][history]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    auto before = quiet_run();
    auto next = quiet_run();
    std::vector<store::ChangeRow> changes;
    SECTION("another result") {
        next.run.result = "partly";
    }
    SECTION("another revision") {
        next.run.revision = "4f2c1ab";
    }
    SECTION("another plan") {
        next.run.plan_id = "p-2";
    }
    SECTION("another trigger") {
        next.run.trigger = "commit";
    }
    SECTION("another error") {
        before.error_code = "RG0704";
        next.error_code = "RG0802";
    }
    SECTION("it changed something") {
        next.run.updated = 1;
    }
    SECTION("the one before changed something") {
        before.run.secrets = 1;
    }
    SECTION("it saw a difference") {
        changes.push_back(change("portal"));
    }
    SECTION("another environment") {
        next.environment = "prod";
    }
    REQUIRE(service->add_run(before, {}));
    REQUIRE(service->add_run(next, changes));
    CHECK(service->runs({})->size() == 2);
}

TEST_CASE("a row whose run saw a difference takes no quiet run in", "[store][history]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    REQUIRE(service->add_run(quiet_run(), {change("portal")}));
    REQUIRE(service->add_run(quiet_run(), {}));
    CHECK(service->runs({})->size() == 2);
}

TEST_CASE("an outage of hours is one row, with the text of the last failure", "[store][history]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    for (int minute = 0; minute < 5; ++minute) {
        auto run = quiet_run();
        run.run.result = "failed";
        run.error_code = "RG0801";
        run.error = "no answer from graph.microsoft.com (request " + std::to_string(minute) + ")";
        REQUIRE(service->add_run(run, {}));
    }
    const auto runs = service->runs({});
    REQUIRE(runs->size() == 1);
    CHECK(runs->front().count == 5);
    CHECK(runs->front().error == "no answer from graph.microsoft.com (request 4)");
    CHECK(runs->front().error_code == "RG0801");
}

TEST_CASE("the service and apply share one history", "[store][history]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    REQUIRE(service->add_run(quiet_run(), {}));
    REQUIRE(store->record_run("dev", quiet_run().run));  // asked for by a person: never folded
    REQUIRE(service->add_run(quiet_run(), {}));

    CHECK(store->runs("dev", 10)->size() == 2);
    const auto runs = service->runs({});
    REQUIRE(runs->size() == 2);
    CHECK(runs->at(0).count == 2);
    CHECK(runs->at(1).count == 1);
}

TEST_CASE("runs are found by environment, time, number and the object they changed", "[store][history]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    auto prod = busy_run(1);
    prod.environment = "prod";
    const auto first = service->add_run(busy_run(1), {change("portal")});
    const auto second = service->add_run(quiet_run("2026-09-15T00:00:00Z"), {});
    const auto third = service->add_run(prod, {change("arm")});

    const auto found = [&service = service](const RowFilter& filter) {
        std::vector<std::int64_t> all;
        const auto runs = service->runs(filter);
        for (const auto& row : *runs) all.push_back(row.id);
        return all;
    };
    using Ids = std::vector<std::int64_t>;
    CHECK(found({}) == Ids{*third, *second, *first});
    CHECK(found(with([](auto& f) { f.limit = 2; })) == Ids{*third, *second});
    CHECK(found(with([](auto& f) { f.environment = "dev"; })) == Ids{*second, *first});
    CHECK(found(with([&](auto& f) { f.run = *first; })) == Ids{*first});
    CHECK(found(with([](auto& f) { f.name = "portal"; })) == Ids{*first});
    CHECK(found(with([](auto& f) { f.kind = "Connector"; })).empty());
    CHECK(found(with([](auto& f) { f.since = "2026-09-14T12:00:00Z"; })) == Ids{*second});
    // 09:02:14Z in Sydney
    CHECK(found(with([](auto& f) { f.since = "2026-09-14T19:02:14+10:00"; })).size() == 3);
    CHECK(found(with([](auto& f) { f.since = "2026-09-14T19:02:15+10:00"; })) == Ids{*second});
}

TEST_CASE("changes come back as they were, the newest run first", "[store][history]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    REQUIRE(service->add_run(busy_run(1), {change("old")}));
    auto drift = change("portal", "federatedCredentials");
    drift.element = "manual-test";
    drift.drift = true;
    drift.after = "";
    const auto run = service->add_run(busy_run(2), {drift, change("arm")});

    const auto changes = service->changes({});
    REQUIRE(names(*changes) == Names{"portal", "arm", "old"});
    const auto& row = changes->front();
    CHECK(row.run == *run);
    CHECK(row.environment == "dev");
    CHECK(row.action == "update");
    CHECK(row.path == "federatedCredentials");
    CHECK(row.element == "manual-test");
    CHECK(row.before == "Old");
    CHECK(row.after.empty());
    CHECK(row.at == "2026-09-14T09:02:13Z");
    CHECK(row.drift);
    CHECK_FALSE(changes->back().drift);

    CHECK(names(*service->changes(with([&](auto& f) { f.run = *run; }))) == Names{"portal", "arm"});
    CHECK(names(*service->changes(with([](auto& f) { f.name = "old"; }))) == Names{"old"});
    CHECK(service->changes(with([](auto& f) { f.since = "2026-09-15T00:00:00Z"; }))->empty());
    CHECK(service->changes(with([](auto& f) { f.environment = "prod"; }))->empty());
}

TEST_CASE("the value of an attribute that can only be written is in no column", "[store][secrets]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    auto secret = change("arm", "auth.clientSecret");
    secret.address.kind = "Connector";
    secret.before = "s3cr3t-before";
    secret.after = "s3cr3t-after";
    REQUIRE(service->add_run(busy_run(1), {secret}));
    CHECK(service->changes({})->front().after == "(secret)");
    std::ostringstream all;
    for (const auto& name : folder.names_in_state()) {
        all << std::ifstream(folder.path / "state" / name, std::ios::binary).rdbuf();
    }
    CHECK(all.str().find("s3cr3t") == std::string::npos);
}

TEST_CASE("events come back oldest first, and only what was asked for", "[store][events]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    auto late = event("c", "error");
    late.at = "2026-09-15T00:00:00Z";
    late.run = 7;
    auto other = event("d", "warning");
    other.environment = "prod";
    other.name = "arm";
    for (const auto& row : {event("a"), event("b", "warning"), late, other}) REQUIRE(service->add_event(row));

    const auto found = [&service = service](const std::function<void(RowFilter&)>& set) {
        return ids(service->events(with(set)).value());
    };
    CHECK(ids(*service->events({})) == Names{"a", "b", "c", "d"});
    CHECK(found([](auto& f) { f.limit = 2; }) == Names{"c", "d"});
    CHECK(found([](auto& f) { f.minimum_severity = "info"; }).size() == 4);
    CHECK(found([](auto& f) { f.minimum_severity = "warning"; }) == Names{"b", "c", "d"});
    CHECK(found([](auto& f) { f.minimum_severity = "error"; }) == Names{"c"});
    CHECK(found([](auto& f) { f.environment = "dev"; }) == Names{"a", "b", "c"});
    CHECK(found([](auto& f) { f.name = "arm"; }) == Names{"d"});
    CHECK(found([](auto& f) { f.run = 7; }) == Names{"c"});
    CHECK(found([](auto& f) { f.since = "2026-09-14T12:00:00Z"; }) == Names{"c"});
    CHECK(found([](auto& f) { f.after_id = "b"; }) == Names{"c", "d"});
    CHECK(found([](auto& f) { f.after_id = "d"; }).empty());
    CHECK(found([](auto& f) { f.after_id = "long gone"; }).size() == 4);
}

TEST_CASE("an event keeps all that it says", "[store][events]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    const store::EventRow row{.number = 0,
                              .id = "e-1",
                              .environment = "dev",
                              .at = "2026-09-14T09:02:13Z",
                              .type = "object.drifted",
                              .severity = "warning",
                              .kind = "Application",
                              .name = "portal",
                              .reason = "Drifted",
                              .path = "/federatedCredentials/manual-test",
                              .action = "revert",
                              .revision = "9b1e77d",
                              .message = "it will be removed",
                              .request_id = "r-1",
                              .run = 1147};
    REQUIRE(service->add_event(row));
    REQUIRE(service->add_event(row));  // sent again
    REQUIRE(service->events({})->size() == 1);
    const auto back = service->events({})->front();
    CHECK(back.number > 0);
    CHECK(back.at == row.at);
    CHECK(back.type == row.type);
    CHECK(back.severity == row.severity);
    CHECK(back.kind == row.kind);
    CHECK(back.reason == row.reason);
    CHECK(back.path == row.path);
    CHECK(back.action == row.action);
    CHECK(back.revision == row.revision);
    CHECK(back.message == row.message);
    CHECK(back.request_id == row.request_id);
    CHECK(back.run == row.run);

    REQUIRE(service->add_event({}));
    REQUIRE(service->add_event({}));
    CHECK(service->events({})->size() == 3);
    CHECK(service->events({})->back().at == "2026-09-14T09:02:11Z");
}

TEST_CASE("a pause holds until it is taken back, across a restart", "[store][pause]") {
    const Folder folder;
    {
        const auto [store, service] = rows::open(folder.database());
        REQUIRE(service->set_pause({"dev", "", "", "maintenance", "alice", "", ""}));
        REQUIRE(service->set_pause({"dev", "Application", "portal", "first", "bob", "2026-09-14T09:00:00Z", ""}));
        REQUIRE(service->set_pause({"dev", "Application", "portal", "second", "carol", "", "2026-09-14T10:00:00Z"}));
    }
    const auto [store, service] = rows::open(folder.database());
    const auto pauses = service->pauses();
    REQUIRE(pauses->size() == 2);
    CHECK(pauses->at(0).kind.empty());
    CHECK(pauses->at(0).reason == "maintenance");
    CHECK(pauses->at(0).since == "2026-09-14T09:02:11Z");
    CHECK(pauses->at(1).name == "portal");
    CHECK(pauses->at(1).reason == "second");
    CHECK(pauses->at(1).by == "carol");
    CHECK(pauses->at(1).until == "2026-09-14T10:00:00Z");

    REQUIRE(service->clear_pause("dev", "", ""));
    REQUIRE(service->clear_pause("dev", "", ""));
    CHECK(service->pauses()->size() == 1);
}

TEST_CASE("approvals come back newest first, one for each plan", "[store][approval]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    REQUIRE(service->approve({"dev", "p-1", "9b1e77d", "alice", "2026-09-14T09:00:00Z"}));
    REQUIRE(service->approve({"dev", "p-2", "9b1e77d", "alice", ""}));
    REQUIRE(service->approve({"dev", "p-1", "4f2c1ab", "bob", ""}));
    const auto approvals = service->approvals("dev");
    REQUIRE(approvals->size() == 2);
    CHECK(approvals->at(0).plan_id == "p-1");
    CHECK(approvals->at(0).revision == "4f2c1ab");
    CHECK(approvals->at(0).by == "bob");
    CHECK(approvals->at(0).at == "2026-09-14T09:02:11Z");
    CHECK(service->approvals("prod")->empty());
    REQUIRE(service->end_approvals("dev", "p-2"));
    REQUIRE(service->approvals("dev")->size() == 1);
    CHECK(service->approvals("dev")->at(0).plan_id == "p-2");
    REQUIRE(service->end_approvals("dev", ""));
    CHECK(service->approvals("dev")->empty());
}

TEST_CASE("a cursor is the last value it was given", "[store][cursor]") {
    const Folder folder;
    {
        const auto [store, service] = rows::open(folder.database());
        CHECK(service->cursor("commit/dev")->empty());
        REQUIRE(service->set_cursor("commit/dev", "4f2c1ab"));
        REQUIRE(service->set_cursor("commit/dev", "9b1e77d"));
    }
    const auto [store, service] = rows::open(folder.database());
    CHECK(service->cursor("commit/dev") == "9b1e77d");
    CHECK(service->cursor("commit/prod")->empty());
    REQUIRE(service->set_cursor("commit/dev", ""));
    CHECK(service->cursor("commit/dev")->empty());
}

TEST_CASE("objects are those of the last call, of one environment", "[store][objects]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    auto failing = object("portal");
    failing.ready = "False";
    failing.reason = "PermissionDenied";
    failing.message = "cannot grant admin consent";
    failing.last_change = "2026-09-14T08:00:00Z";
    failing.last_change_summary = "+1 ~2";
    failing.next_try = "2026-09-14T09:17:11Z";
    failing.failures = 3;
    failing.error_code = "RG0704";
    REQUIRE(service->set_objects("prod", {object("elsewhere")}));
    REQUIRE(service->set_objects("dev", {object("gone"), object("portal"), object("same")}));
    REQUIRE(service->set_objects("dev", {failing, object("new"), object("same")}));

    const auto objects = service->objects("dev");
    REQUIRE(names(*objects) == Names{"new", "portal", "same"});
    const auto& back = objects->at(1);
    CHECK(back.environment == "dev");
    CHECK(back.ready == "False");
    CHECK(back.reason == failing.reason);
    CHECK(back.message == failing.message);
    CHECK(back.since == failing.since);
    CHECK(back.last_change == failing.last_change);
    CHECK(back.last_change_summary == failing.last_change_summary);
    CHECK(back.next_try == failing.next_try);
    CHECK(back.failures == 3);
    CHECK(back.error_code == "RG0704");
    CHECK(names(*service->objects("prod")) == Names{"elsewhere"});

    REQUIRE(service->set_objects("dev", {}));
    CHECK(service->objects("dev")->empty());
}

TEST_CASE("the oldest rows go, in each environment for itself", "[store][bounds]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    {
        // Rows that fill each table to its brim, and one of another environment that is older than all of them.
        SQLite::Database database(folder.database().string(), SQLite::OPEN_READWRITE);
        for (const auto& [environment, factor] : {std::pair{"prod", 0}, std::pair{"dev", 1}}) {
            database.exec(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < max(1, 10000 * " +
                std::to_string(factor) +
                ")) INSERT INTO runs (environment, started_at, finished_at, cause, revision, result, plan_id, created, "
                "adopted, updated, removed, secrets, failed) SELECT '" +
                std::string(environment) + "', '', '', '', '', 'ok', i, 0, 0, 0, 0, 0, 0 FROM n");
            database.exec(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < max(1, 50000 * " +
                std::to_string(factor) +
                ")) INSERT INTO changes (run, environment, kind, name, action, path, element, before, after, at, "
                "drift) SELECT (SELECT max(id) FROM runs), '" +
                std::string(environment) + "', '', i, '', '', '', '', '', '', 0 FROM n");
            database.exec(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < max(1, 20000 * " +
                std::to_string(factor) +
                ")) INSERT INTO events (id, environment, at, type, severity, kind, name, reason, path, action, "
                "revision, message, request_id, run) SELECT '" +
                std::string(environment) + "' || i, '" + std::string(environment) +
                "', '', '', '', '', '', '', '', '', '', '', '', 0 FROM n");
            database.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < max(1, 1000 * " +
                          std::to_string(factor) +
                          ")) INSERT INTO approvals (environment, plan_id, revision, by_whom, at) "
                          "SELECT '" +
                          std::string(environment) + "', 'p' || i, '', '', '' FROM n");
        }
    }
    REQUIRE(service->add_run(busy_run(2), {change("newest"), change("newest")}));
    REQUIRE(service->add_event(event("newest")));
    REQUIRE(service->approve({"dev", "newest", "", "", ""}));

    const auto all_of = [](const std::string& environment) {
        return with([&](auto& f) {
            f.environment = environment;
            f.limit = 1'000'000;
        });
    };
    const auto runs = service->runs(all_of("dev"));
    CHECK(runs->size() == 10'000);
    CHECK(runs->front().run.updated == 2);
    CHECK(runs->back().run.plan_id == "2");
    const auto changes = service->changes(all_of("dev"));
    CHECK(changes->size() == 50'000);
    CHECK(changes->front().address.name == "newest");
    CHECK(changes->at(2).address.name == "3");
    const auto events = service->events(all_of("dev"));
    CHECK(events->size() == 20'000);
    CHECK(events->front().id == "dev2");
    CHECK(events->back().id == "newest");
    CHECK(service->approvals("dev")->size() == 1'000);
    CHECK(service->approvals("dev")->front().plan_id == "newest");

    CHECK(service->runs(all_of("prod"))->size() == 1);
    CHECK(service->changes(all_of("prod"))->size() == 1);
    CHECK(service->events(all_of("prod"))->size() == 1);
    CHECK(service->approvals("prod")->size() == 1);
}

TEST_CASE("changes go with their run", "[store][bounds]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    REQUIRE(service->add_run(busy_run(1), {change("oldest")}));
    SQLite::Database(folder.database().string(), SQLite::OPEN_READWRITE)
        .exec(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) INSERT INTO runs "
            "(environment, started_at, finished_at, cause, revision, result, plan_id, created, adopted, updated, "
            "removed, secrets, failed) SELECT 'dev', '', '', '', '', '', '', 0, 0, 0, 0, 0, 0 FROM n");
    CHECK(service->changes({})->size() == 1);
    REQUIRE(store->record_run("dev", {}));
    CHECK(service->changes({})->empty());
}

TEST_CASE("a text of any length is a row of a bounded one", "[store][bounds]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    auto long_event = event("long");
    long_event.message = "x";  // so that the cut would fall into a character
    for (int i = 0; i < 100'000; ++i) long_event.message += "ü";
    REQUIRE(service->add_event(long_event));
    const auto kept = service->events({})->front().message;
    CHECK(kept.size() == 1'999 + std::string("…").size());
    CHECK(kept.substr(kept.size() - 5) == "ü…");
}

TEST_CASE("texts come back byte for byte, whatever is in them", "[store]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    auto strange = event("'; DROP TABLE events; --");
    strange.message = std::string("a\0b\n\x1b[31m\xff", 10);
    REQUIRE(service->add_event(strange));
    CHECK(service->events({})->front().id == strange.id);
    CHECK(service->events({})->front().message == strange.message);
}

TEST_CASE("many threads use both stores at once", "[store]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&store = store, &service = service, &failures, t] {
            for (int i = 0; i < 25; ++i) {
                if (!service->add_run(quiet_run(), {})) ++failures;
                if (!service->add_event(event(std::to_string(t * 100 + i)))) ++failures;
                if (!store->applied("dev", {"Application", "portal"}, {}, "o-1", {})) ++failures;
                if (!service->events({}) || !service->runs({}) || !service->check()) ++failures;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK(service->runs({})->front().count == 100);
    CHECK(service->events(with([](auto& f) { f.limit = 1'000; }))->size() == 100);
}
