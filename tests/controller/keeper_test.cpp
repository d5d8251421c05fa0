#include "controller/keeper_stage.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace regent;
using namespace regent::controller;
using regent::controller::testing::KeeperStage;
using namespace std::chrono_literals;

namespace {

const std::string portal = "Application/portal";

void rename_behind_our_back(KeeperStage& stage, const std::string& name) {
    stage.tenant.find({"Application", "portal"})->attributes["displayName"] = name;
}

provider::ProviderError error(provider::ErrorKind kind, std::chrono::milliseconds retry_after = 0ms) {
    provider::ProviderError made;
    made.kind = kind;
    made.message = "the service said no";
    made.code = "RG0703";
    made.retry_after = retry_after;
    return made;
}

/// Resident pages of this process, in bytes.
std::size_t resident() {
    std::ifstream file("/proc/self/statm");
    std::size_t total = 0, pages = 0;
    file >> total >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
    return count;
}

}  // namespace

TEST_CASE("the first run creates what is missing, and the second has nothing to do") {
    KeeperStage stage;
    CHECK(stage.run("start").result == "ok");
    CHECK(stage.ready(portal).reason == ConditionReason::applied);
    const auto writes = stage.writes;
    const auto second = stage.run();
    CHECK(second.result == "noop");
    CHECK(stage.writes == writes);
    CHECK(stage.events_of(EventType::applied).size() == 1);
}

TEST_CASE("a replica that shows what was before our own write is no drift, and is not written again") {
    KeeperStage stage;
    stage.order.replication_grace = 120s;
    stage.run("start");
    const auto wanted = stage.tenant.find({"Application", "portal"})->attributes["displayName"].text_or({});
    rename_behind_our_back(stage, "changed in the portal");
    REQUIRE(stage.run().result == "ok");
    const auto writes = stage.writes;
    const auto drifts = stage.events_of(EventType::drift).size();
    // The next looks meet a replica that has not heard of it, and then one that has.
    int looks = 0;
    const int late = GENERATE(1, 3);
    stage.while_reading = [&](provider::ReadProgress&) {
        rename_behind_our_back(stage, looks++ < late ? "changed in the portal" : wanted);
    };
    CHECK(stage.run().result == "noop");
    CHECK(looks == late + 1);
    CHECK(stage.writes == writes);
    CHECK(stage.events_of(EventType::drift).size() == drifts);
}

TEST_CASE("what all looks in a row show was put back by somebody, and is written again") {
    KeeperStage stage;
    stage.order.replication_grace = 120s;
    stage.run("start");
    rename_behind_our_back(stage, "changed in the portal");
    REQUIRE(stage.run().result == "ok");
    const auto writes = stage.writes;
    rename_behind_our_back(stage, "changed in the portal");
    CHECK(stage.run().result == "ok");
    CHECK(stage.writes == writes + 1);
}

TEST_CASE("the status says what a read is at, until it has come to its end") {
    KeeperStage stage;
    std::vector<std::string> seen;
    stage.while_reading = [&](provider::ReadProgress& progress) {
        progress.read({"Graph", "applications", 0, 20000, true});
        stage.clock.passed += 10s;
        progress.read({"Graph", "applications", 4000, 20000, true});
        seen.push_back(stage.status.waiting_for);
    };
    CHECK(stage.run("start").result == "ok");
    CHECK(seen == std::vector<std::string>{"reading applications: 4,000 of about 20,000 (400/s, 40 s left)",
                                           "reading back applications: 4,000 of about 20,000 (400/s, 40 s left)"});
    CHECK(stage.status.waiting_for.empty());
}

TEST_CASE("news stay news for an hour, and the condition keeps its time") {
    KeeperStage stage;
    stage.run("start");
    const auto since = stage.ready(portal).since;
    stage.clock.passed += 59min;
    stage.run();
    CHECK(stage.ready(portal).reason == ConditionReason::applied);
    CHECK(stage.ready(portal).since == since);
    stage.clock.passed += 2min;
    stage.run();
    CHECK(stage.ready(portal).reason == ConditionReason::in_sync);
    CHECK(stage.ready(portal).since == since);
}

TEST_CASE("a change outside is put back, and the run is called after it") {
    KeeperStage stage;
    stage.run("start");
    rename_behind_our_back(stage, "theirs");
    const auto run = stage.run();
    CHECK(run.trigger == "drift");
    CHECK(stage.ready(portal).reason == ConditionReason::drift_corrected);
    REQUIRE(stage.events_of(EventType::drift).size() == 1);
    CHECK(stage.events_of(EventType::drift)[0].action == "revert");
    CHECK(stage.events_of(EventType::drift)[0].run == run.id);
}

TEST_CASE("what comes back out of the recycle bin is looked at once more in the same run") {
    KeeperStage stage;
    stage.run("start");
    auto& there = *stage.tenant.find({"Application", "portal"});
    there.deleted = true;
    // Nobody can say before it is back whether what a document once brought there is there as well.
    there.attributes["marks"] = model::List{"contributes:federatedCredentials:gone"};
    CHECK(stage.run().result == "ok");
    const auto& back = *stage.tenant.find({"Application", "portal"});
    CHECK_FALSE(back.deleted);
    CHECK(back.attributes.at("marks") == model::Value(model::List{}));
    const auto writes = stage.writes;
    CHECK(stage.run().result == "noop");
    CHECK(stage.writes == writes);
}

TEST_CASE("what the service refuses is called that, and tried again a quarter of an hour later") {
    KeeperStage stage;
    stage.write_fails = error(provider::ErrorKind::rejected);
    stage.run("start");
    CHECK(stage.ready(portal).reason == ConditionReason::rejected);
    CHECK(stage.object(portal).next_try == stage.clock.now() + 15min);
}

TEST_CASE("what fails is left alone for longer each time, and a new commit tries at once") {
    KeeperStage stage;
    stage.write_fails = error(provider::ErrorKind::transient);
    stage.run("start");
    CHECK(stage.ready(portal).reason == ConditionReason::service_error);
    CHECK(stage.object(portal).failures == 1);
    CHECK(stage.object(portal).next_try == stage.clock.now() + 30s);
    const auto writes = stage.writes;
    stage.clock.passed += 29s;
    stage.run();
    CHECK(stage.writes == writes);
    CHECK(stage.ready(portal).reason == ConditionReason::service_error);
    stage.clock.passed += 2s;
    stage.run();
    CHECK(stage.writes == writes + 1);
    CHECK(stage.object(portal).failures == 2);
    stage.write_fails.reset();
    stage.set_manifests(KeeperStage::one_application, "2222222222222222222222222222222222222222");
    CHECK(stage.run("commit").result == "ok");
    CHECK(stage.ready(portal).status == ConditionStatus::yes);
    CHECK(stage.events_of(EventType::not_ready).size() == 1);
    CHECK(stage.events_of(EventType::ready).size() == 1);
}

TEST_CASE("a service that says how long to wait is not asked before") {
    KeeperStage stage;
    stage.write_fails = error(provider::ErrorKind::throttled, 3600s);
    stage.run("start");
    const auto writes = stage.writes;
    stage.clock.passed += 3599s;
    stage.run();
    CHECK(stage.writes == writes);
    stage.clock.passed += 2s;
    stage.run();
    CHECK(stage.writes == writes + 1);
}

TEST_CASE("a tenant that cannot be read keeps every object as it was, and is told once") {
    KeeperStage stage;
    stage.run("start");
    stage.read_fails = error(provider::ErrorKind::transient);
    for (int i = 0; i < 5; ++i) {
        const auto run = stage.run();
        CHECK(run.result == "failed");
        CHECK(run.error.find("the service said no") != std::string::npos);
    }
    CHECK(stage.ready(portal).status == ConditionStatus::yes);
    CHECK(stage.events_of(EventType::run_failed).size() == 1);
    stage.read_fails.reset();
    stage.run();
    CHECK(stage.events_of(EventType::run_recovered).size() == 1);
}

TEST_CASE("an object that is changed back each time is left alone, longer each time, and forgiven when it stays") {
    KeeperStage stage;
    stage.run("start");
    int runs = 0;
    while (stage.events_of(EventType::settle_failed).empty() && runs < 20) {
        rename_behind_our_back(stage, "theirs");
        stage.clock.passed += 1min;
        stage.run();
        ++runs;
    }
    CHECK(runs == rewrites_allowed - 1);  // its creation counts as the first
    rename_behind_our_back(stage, "theirs");
    const auto writes = stage.writes;
    stage.clock.passed += 30min;
    stage.run();
    CHECK(stage.writes == writes);
    CHECK(stage.ready(portal).reason == ConditionReason::conflict);
    CHECK(stage.object(portal).condition("Stalled") != nullptr);
    stage.clock.passed += 31min;
    stage.run();  // one more try after an hour, and this time it stays
    CHECK(stage.writes == writes + 1);
    stage.clock.passed += 1min;
    stage.run();
    CHECK(stage.ready(portal).status == ConditionStatus::yes);
    CHECK(stage.object(portal).condition("Stalled") == nullptr);
}

TEST_CASE("a paused environment is looked at and not written") {
    KeeperStage stage;
    stage.order.pauses = {{"dev", {}, "audit", "bob (uid 1000)", stage.clock.now(), stage.clock.now() + 1h}};
    CHECK(stage.run("start").result == "noop");
    CHECK(stage.writes == 0);
    REQUIRE(stage.status.pending);
    CHECK(stage.status.pending->why == "paused by bob (uid 1000): \"audit\"");
    stage.clock.passed += 61min;
    CHECK(stage.run().result == "ok");
    CHECK_FALSE(stage.status.pending);
}

TEST_CASE("what is paused while a run reads is not written by that run") {
    const bool whole = GENERATE(true, false);
    KeeperStage stage;
    std::vector<Pause> pauses;
    stage.order.pauses_now = [&] { return pauses; };
    stage.while_reading = [&](provider::ReadProgress&) {
        const auto address = whole ? std::nullopt : std::optional(model::Address{"Application", "portal"});
        pauses = {{"dev", address, "audit", "bob (uid 1000)", stage.clock.now(), {}}};
    };
    stage.run("start");
    CHECK(stage.writes == 0);
    CHECK(stage.ready(portal).reason == ConditionReason::paused);
    stage.while_reading = {};
    pauses.clear();
    CHECK(stage.run().result == "ok");
    CHECK(stage.writes > 0);
}

TEST_CASE("quiet runs are one line of history, whatever their number") {
    KeeperStage stage;
    const auto first = stage.run("start");
    const auto second = stage.run();
    for (int i = 0; i < 50; ++i) {
        stage.clock.passed += 1min;
        CHECK(stage.run().id == second.id);
    }
    CHECK(first.id != second.id);
}

TEST_CASE("ten thousand runs leave memory and descriptors where they were") {
    KeeperStage stage;
    const auto some = [&](int runs) {
        for (int i = 0; i < runs; ++i) {
            stage.clock.passed += 1min;
            if (i % 100 == 7) rename_behind_our_back(stage, "theirs");
            if (i % 250 == 9) stage.read_fails = error(provider::ErrorKind::transient);
            stage.run();
            stage.read_fails.reset();
            stage.events.clear();
        }
    };
#ifdef __SANITIZE_ADDRESS__
    constexpr int few = 200, many = 1000;  // freed memory is kept for a while there: only leaks count, and are found
#else
    constexpr int few = 1000, many = 10'000;
#endif
    some(few);
    const auto before = resident();
    const auto open = descriptors();
    some(many);
    CHECK(descriptors() == open);
#ifndef __SANITIZE_ADDRESS__
    INFO(before << " bytes became " << resident());
    CHECK(resident() < before + before / 10);
#else
    CHECK(before > 0);
#endif
}

TEST_CASE("an approval is for the plan that waits: the same changes asked for again wait for somebody again") {
    KeeperStage stage;
    const auto portal_with = [](const std::string& audience) {
        return KeeperStage::one_application + "  signInAudience: " + audience + "\n";
    };
    stage.run("start");
    stage.environment_spec = "  policy:\n    requireApprovedPlan: true\n";
    stage.set_manifests(portal_with("multi-tenant"), "2222222222222222222222222222222222222222");
    REQUIRE(stage.run().result == "refused");
    stage.approve();
    REQUIRE(stage.run().result == "ok");
    stage.set_manifests(portal_with("single-tenant"), "3333333333333333333333333333333333333333");
    REQUIRE(stage.run().result == "refused");
    SECTION("after it was carried out and taken back") {
        stage.approve();
        REQUIRE(stage.run().result == "ok");
        stage.set_manifests(portal_with("multi-tenant"), "4444444444444444444444444444444444444444");
        CHECK(stage.run().result == "refused");
    }
    SECTION("after another plan took its place before it was carried out") {
        stage.approve();
        stage.set_manifests(portal_with("multi-tenant"), "5555555555555555555555555555555555555555");
        CHECK(stage.run().result == "noop");
        stage.set_manifests(portal_with("single-tenant"), "6666666666666666666666666666666666666666");
        CHECK(stage.run().result == "refused");
    }
}

TEST_CASE("an answer that nobody thought of fails the run, and the next one goes on") {
    KeeperStage stage;
    stage.while_reading = [](provider::ReadProgress&) { throw std::out_of_range("no member of that name"); };
    const auto run = stage.run("start");
    CHECK(run.result == "failed");
    CHECK(run.error == "a bug in regent: no member of that name");
    CHECK(stage.events_of(EventType::run_failed).size() == 1);
    stage.while_reading = {};
    CHECK(stage.run().result == "ok");
    CHECK(stage.events_of(EventType::run_recovered).size() == 1);
}
