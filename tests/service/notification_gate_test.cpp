#include "service/notification_gate.hpp"

#include "service/events.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace regent::service;
using namespace regent::service::testing;
using namespace std::chrono_literals;
using regent::controller::Event;
using regent::controller::EventSeverity;
using regent::controller::EventType;

namespace {

constexpr auto info = EventSeverity::info;
constexpr auto warning = EventSeverity::warning;
constexpr auto error = EventSeverity::error;

const NotificationGate::Time noon{std::chrono::hours(1000)};

Event failing(std::string reason = "PermissionDenied") {
    return event_of(EventType::not_ready, warning, "orders-api", std::move(reason));
}
Event well() {
    return event_of(EventType::ready, info);
}

}  // namespace

TEST_CASE("a receiver is told what its filter lets through", "[service][notifications]") {
    NotificationGate errors({error, {}, {}});
    CHECK_FALSE(errors.offer(drift(), noon));
    CHECK(errors.offer(event_of(EventType::run_failed, error, ""), noon));

    NotificationGate production({info, {"prod"}, {"Connector"}});
    CHECK_FALSE(production.offer(drift(), noon));  // an Application
    auto connector = drift();
    connector.address->kind = "Connector";
    CHECK(production.offer(connector, noon));
    connector.environment = "dev";
    CHECK_FALSE(production.offer(connector, noon));
    // About no object, of no environment: for everybody.
    CHECK(production.offer(event_of(EventType::run_failed, error, ""), noon));
    auto service = event_of(EventType::state_damaged, error, "");
    service.environment.clear();
    CHECK(production.offer(service, noon));
}

TEST_CASE("a state is told when it changes, not in every run", "[service][notifications]") {
    NotificationGate gate({});
    CHECK(gate.offer(failing(), noon));
    for (int run = 1; run < 100; ++run) CHECK_FALSE(gate.offer(failing(), noon + run * 10min));
    // Another reason is another state, another commit is not.
    auto later = failing();
    later.revision = "new";
    CHECK_FALSE(gate.offer(later, noon + 20h));
    CHECK(gate.offer(failing("ServiceError"), noon + 20h));
}

TEST_CASE("the end of what was told is told, whatever the severity", "[service][notifications]") {
    NotificationGate gate({warning, {}, {}});
    CHECK_FALSE(gate.offer(well(), noon));  // nobody was told that it was not
    CHECK(gate.offer(failing(), noon + 1min));
    CHECK(gate.offer(well(), noon + 2min));
    CHECK_FALSE(gate.offer(well(), noon + 3min));

    NotificationGate errors({error, {}, {}});
    CHECK_FALSE(errors.offer(failing(), noon));
    CHECK_FALSE(errors.offer(well(), noon + 1min));
    CHECK(errors.offer(event_of(EventType::run_failed, error, ""), noon));
    CHECK(errors.offer(event_of(EventType::run_recovered, info, ""), noon + 240h));
}

TEST_CASE("what flaps is told once in five minutes, and last of all how it is", "[service][notifications]") {
    NotificationGate gate({});
    CHECK(gate.offer(failing(), noon));
    CHECK(gate.offer(well(), noon + 10s));
    CHECK_FALSE(gate.offer(failing(), noon + 20s));
    CHECK(gate.next_due() == noon + 5min);
    SECTION("it stays as it is: told at the window's end") {
        CHECK(gate.due(noon + 4min).empty());
        const auto due = gate.due(noon + 5min);
        REQUIRE(due.size() == 1);
        CHECK(due.front().event.type == EventType::not_ready);
        CHECK(due.front().held_back == 0);
        CHECK_FALSE(gate.next_due());
        CHECK(gate.offer(well(), noon + 6min));
    }
    SECTION("it goes back to what was told: nothing to tell, but counted") {
        CHECK_FALSE(gate.offer(well(), noon + 30s));
        CHECK_FALSE(gate.next_due());
        CHECK(gate.due(noon + 1h).empty());
        const auto again = gate.offer(failing(), noon + 1h);
        REQUIRE(again);
        CHECK(again->held_back == 2);
    }
}

TEST_CASE("drift that is put back again and again is told every five minutes with a count",
          "[service][notifications]") {
    NotificationGate gate({});
    CHECK(gate.offer(drift(), noon));
    for (int minute = 1; minute < 5; ++minute) CHECK_FALSE(gate.offer(drift(), noon + minute * 1min));
    const auto due = gate.due(noon + 5min);
    REQUIRE(due.size() == 1);
    CHECK(due.front().held_back == 3);
    CHECK(due.front().remark() == "3 more like this were held back.");
    // Another field is another event.
    auto other = drift();
    other.path = "displayName";
    CHECK(gate.offer(other, noon + 5min));
    CHECK(gate.offer(drift(), noon + 11min));
}

TEST_CASE("what stays is told again after a day, or when it is another", "[service][notifications]") {
    NotificationGate gate({});
    auto reported = drift();
    reported.action = "report";
    CHECK(gate.offer(reported, noon));
    for (int hour = 1; hour < 24; ++hour) CHECK_FALSE(gate.offer(reported, noon + hour * 1h));
    CHECK(gate.offer(reported, noon + 24h));
    // It was mended in between: drift from here on is new.
    CHECK_FALSE(gate.offer(well(), noon + 25h));
    CHECK(gate.offer(reported, noon + 26h));

    auto plan = event_of(EventType::approval_needed, warning, "");
    plan.message = "plan 11111111 waits";
    CHECK(gate.offer(plan, noon));
    CHECK_FALSE(gate.offer(plan, noon + 1min));
    plan.message = "plan 22222222 waits";
    CHECK(gate.offer(plan, noon + 2min));

    auto expiring = event_of(EventType::credential_expiring, warning);
    expiring.message = "secret \"arm\" ends 2026-09-30T00:00:00Z";
    CHECK(gate.offer(expiring, noon));
    CHECK_FALSE(gate.offer(expiring, noon + 1h));
    expiring.message = "secret \"arm\" ended 2026-09-30T00:00:00Z";
    CHECK(gate.offer(expiring, noon + 1h));
    expiring.severity = error;
    CHECK(gate.offer(expiring, noon + 2h));
}

TEST_CASE("a plan that waits for a person is told to those who want warnings", "[service][notifications]") {
    NotificationGate gate({warning, {}, {}});
    CHECK(gate.offer(event_of(EventType::approval_needed, info, ""), noon));
    NotificationGate errors({error, {}, {}});
    CHECK_FALSE(errors.offer(event_of(EventType::approval_needed, info, ""), noon));
}

TEST_CASE("a damaged state and its mending are told, once each", "[service][notifications]") {
    NotificationGate gate({error, {}, {}});
    CHECK_FALSE(gate.offer(event_of(EventType::state_damaged, info, ""), noon));
    CHECK(gate.offer(event_of(EventType::state_damaged, error, ""), noon + 1min));
    CHECK_FALSE(gate.offer(event_of(EventType::state_damaged, error, ""), noon + 2h));
    CHECK(gate.offer(event_of(EventType::state_damaged, info, ""), noon + 3h));
}

TEST_CASE("every new commit is told to those who want to hear of it", "[service][notifications]") {
    NotificationGate everything({info, {}, {}});
    auto commit = event_of(EventType::source_valid, info, "");
    commit.message = "main@1111111 is in force";
    CHECK(everything.offer(commit, noon));
    CHECK_FALSE(everything.offer(commit, noon + 10min));
    commit.message = "main@2222222 is in force";
    CHECK(everything.offer(commit, noon + 20min));
    NotificationGate warnings({warning, {}, {}});
    CHECK_FALSE(warnings.offer(commit, noon));
}

TEST_CASE("the memory of a gate ends", "[service][notifications]") {
    NotificationGate gate({info, {}, {}});
    for (int i = 0; i < 1000; ++i) {
        auto event = drift();
        event.path = std::to_string(i);
        CHECK(gate.offer(event, noon));
        auto ready = well();
        ready.address->name = std::to_string(i);
        (void)gate.offer(ready, noon);
    }
    CHECK(gate.offer(failing(), noon));
    CHECK(gate.remembered() == 2001);
    CHECK_FALSE(gate.offer(failing(), noon + 48h));
    CHECK(gate.remembered() == 1);  // what is still failing
}
