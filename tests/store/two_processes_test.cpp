#include "child.hpp"
#include "service_rows.hpp"

using namespace regent;

namespace {

/// What `regent apply` does with the store, `times` times over.
void apply(const std::filesystem::path& file, int times) {
    for (int i = 0; i < times; ++i) {
        std::string warning;
        auto store = store::open_store(file, store::OpenMode::read_write, warning);
        child::expect(store.has_value() && warning.empty(), "apply cannot open the file");
        store::Intent intent;
        intent.address = {"Connector", "arm"};
        const auto begun = (*store)->begin("dev", intent);
        child::expect(begun.has_value(), "apply cannot begin");
        child::expect((*store)->finish(*begun, store::IntentOutcome::done, "x").has_value(), "apply cannot finish");
        child::expect((*store)->record_run("dev", {}).has_value(), "apply cannot record its run");
    }
}

}  // namespace

TEST_CASE("apply runs beside the service, and neither loses a row", "[store][processes]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    const auto one = child::start([&] { apply(folder.database(), 40); });
    const auto two = child::start([&] { apply(folder.database(), 40); });
    for (int i = 0; i < 200; ++i) {
        REQUIRE(service->add_run(rows::busy_run(1), {rows::change("portal")}));
        REQUIRE(service->add_event(rows::event(std::to_string(i))));
    }
    CHECK(child::ended_well(one));
    CHECK(child::ended_well(two));
    store::RowFilter all;
    all.limit = 10'000;
    CHECK(service->runs(all)->size() == 200 + 80);
    CHECK(service->events(all)->size() == 200);
    CHECK(store->unresolved("dev")->empty());
    CHECK(service->check());
}

TEST_CASE("processes that make the file at once make one file", "[store][processes]") {
    for (int round = 0; round < 20; ++round) {
        const Folder folder;
        std::vector<::pid_t> processes;
        for (int i = 0; i < 4; ++i) processes.push_back(child::start([&] { apply(folder.database(), 1); }));
        for (const auto process : processes) CHECK(child::ended_well(process));
        CHECK(rows::open(folder.database()).service->runs({})->size() == 4);
    }
}

TEST_CASE("processes that find a damaged file at once move it aside once", "[store][processes]") {
    for (int round = 0; round < 20; ++round) {
        const Folder folder;
        write_file(folder.database(), std::string(8'192, 'x'));
        std::vector<::pid_t> processes;
        for (int i = 0; i < 4; ++i) {
            processes.push_back(child::start([&] {
                std::string warning;
                auto store = store::open_store(folder.database(), store::OpenMode::read_write, warning);
                child::expect(store.has_value() && (*store)->record_run("dev", {}).has_value(), "cannot write");
            }));
        }
        for (const auto process : processes) CHECK(child::ended_well(process));
        CHECK(rows::open(folder.database()).service->runs({})->size() == 4);
    }
}

TEST_CASE("a plan reads while the service writes, and sees whole transactions", "[store][processes]") {
    const Folder folder;
    const auto [store, service] = rows::open(folder.database());
    const auto reader = child::start([&] {
        for (int i = 0; i < 50; ++i) {
            std::string warning;
            const auto plan = store::open_store(folder.database(), store::OpenMode::read_only, warning);
            child::expect(plan.has_value() && warning.empty(), warning);
            child::expect((*plan)->runs("dev", 1'000).has_value(), "cannot read");
        }
    });
    for (int i = 0; i < 200; ++i) REQUIRE(service->add_run(rows::busy_run(1), {rows::change("portal")}));
    CHECK(child::ended_well(reader));
}
