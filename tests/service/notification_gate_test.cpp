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

const NotificationGate::Time at_first{std::chrono::hours(1000)};

Event failing(std::string reason = "PermissionDenied") {
    return event_of(EventType::not_ready, warning, "orders-api", std::move(reason));
}
Event well() {
    return event_of(EventType::ready, info);
}

}  // namespace

TEST_CASE("a receiver is told what its filter lets through", "[service][notifications]") {
    NotificationGate errors({error, {}, {}});
    CHECK_FALSE(errors.offer(drift(), at_first));
    CHECK(errors.offer(event_of(EventType::run_failed, error, ""), at_first));

    NotificationGate production({info, {"prod"}, {"Connector"}});
    CHECK_FALSE(production.offer(drift(), at_first));  // an Application
    auto connector = drift();
    connector.address->kind = "Connector";
    CHECK(production.offer(connector, at_first));
    connector.environment = "dev";
    CHECK_FALSE(production.offer(connector, at_first));
    // About no object, of no environment: for everybody.
    CHECK(production.offer(event_of(EventType::run_failed, error, ""), at_first));
    auto service = event_of(EventType::state_damaged, error, "");
    service.environment.clear();
    CHECK(production.offer(service, at_first));
}

TEST_CASE("a state is told when it changes, not in every run", "[service][notifications]") {
    NotificationGate gate({});
    CHECK(gate.offer(failing(), at_first));
    for (int run = 1; run < 100; ++run) CHECK_FALSE(gate.offer(failing(), at_first + run * 10min));
    // Another reason is another state, another commit is not.
    auto later = failing();
    later.revision = "new";
    CHECK_FALSE(gate.offer(later, at_first + 20h));
    CHECK(gate.offer(failing("ServiceError"), at_first + 20h));
}

TEST_CASE("the end of what was told is told, whatever the severity", "[service][notifications]") {
    NotificationGate gate({warning, {}, {}});
    CHECK_FALSE(gate.offer(well(), at_first));  // nobody was told that it was not
    CHECK(gate.offer(failing(), at_first + 1min));
    CHECK(gate.offer(well(), at_first + 2min));
    CHECK_FALSE(gate.offer(well(), at_first + 3min));

    NotificationGate errors({error, {}, {}});
    CHECK_FALSE(errors.offer(failing(), at_first));
    CHECK_FALSE(errors.offer(well(), at_first + 1min));
    CHECK(errors.offer(event_of(EventType::run_failed, error, ""), at_first));
    CHECK(errors.offer(event_of(EventType::run_recovered, info, ""), at_first + 240h));
}

TEST_CASE("what flaps is told once in five minutes, and last of all how it is", "[service][notifications]") {
    NotificationGate gate({});
    CHECK(gate.offer(failing(), at_first));
    CHECK(gate.offer(well(), at_first + 10s));
    CHECK_FALSE(gate.offer(failing(), at_first + 20s));
    CHECK(gate.next_due() == at_first + 5min);
    SECTION("it stays as it is: told at the window's end") {
        CHECK(gate.due(at_first + 4min).empty());
        const auto due = gate.due(at_first + 5min);
        REQUIRE(due.size() == 1);
        CHECK(due.front().event.type == EventType::not_ready);
        CHECK(due.front().held_back == 0);
        CHECK_FALSE(gate.next_due());
        CHECK(gate.offer(well(), at_first + 6min));
    }
    SECTION("it goes back to what was told: nothing to tell, but counted") {
        CHECK_FALSE(gate.offer(well(), at_first + 30s));
        CHECK_FALSE(gate.next_due());
        CHECK(gate.due(at_first + 1h).empty());
        const auto again = gate.offer(failing(), at_first + 1h);
        REQUIRE(again);
        CHECK(again->held_back == 2);
    }
}

TEST_CASE("drift that is put back again and again is told every five minutes with a count",
          "[service][notifications]") {
    NotificationGate gate({});
    CHECK(gate.offer(drift(), at_first));
    for (int minute = 1; minute < 5; ++minute) CHECK_FALSE(gate.offer(drift(), at_first + minute * 1min));
    const auto due = gate.due(at_first + 5min);
    REQUIRE(due.size() == 1);
    CHECK(due.front().held_back == 3);
    CHECK(due.front().remark() == "3 more like this were held back.");
    // Another field is another event.
    auto other = drift();
    other.path = "displayName";
    CHECK(gate.offer(other, at_first + 5min));
    CHECK(gate.offer(drift(), at_first + 11min));
}

TEST_CASE("what stays is told again after a day, or when it is another", "[service][notifications]") {
    NotificationGate gate({});
    auto reported = drift();
    reported.action = "report";
    CHECK(gate.offer(reported, at_first));
    for (int hour = 1; hour < 24; ++hour) CHECK_FALSE(gate.offer(reported, at_first + hour * 1h));
    CHECK(gate.offer(reported, at_first + 24h));
    // It was mended in between: drift from here on is new.
    CHECK_FALSE(gate.offer(well(), at_first + 25h));
    CHECK(gate.offer(reported, at_first + 26h));

    auto plan = event_of(EventType::approval_needed, warning, "");
    plan.message = "plan 11111111 waits";
    CHECK(gate.offer(plan, at_first));
    CHECK_FALSE(gate.offer(plan, at_first + 1min));
    plan.message = "plan 22222222 waits";
    CHECK(gate.offer(plan, at_first + 2min));

    auto expiring = event_of(EventType::credential_expiring, warning);
    expiring.message = "secret \"arm\" ends 2026-09-30T00:00:00Z";
    CHECK(gate.offer(expiring, at_first));
    CHECK_FALSE(gate.offer(expiring, at_first + 1h));
    expiring.message = "secret \"arm\" ended 2026-09-30T00:00:00Z";
    CHECK(gate.offer(expiring, at_first + 1h));
    expiring.severity = error;
    CHECK(gate.offer(expiring, at_first + 2h));
}

TEST_CASE("a plan that waits for a person is told to those who want warnings", "[service][notifications]") {
    NotificationGate gate({warning, {}, {}});
    CHECK(gate.offer(event_of(EventType::approval_needed, info, ""), at_first));
    NotificationGate errors({error, {}, {}});
    CHECK_FALSE(errors.offer(event_of(EventType::approval_needed, info, ""), at_first));
}

TEST_CASE("a damaged state and its mending are told, once each", "[service][notifications]") {
    NotificationGate gate({error, {}, {}});
    CHECK_FALSE(gate.offer(event_of(EventType::state_damaged, info, ""), at_first));
    CHECK(gate.offer(event_of(EventType::state_damaged, error, ""), at_first + 1min));
    CHECK_FALSE(gate.offer(event_of(EventType::state_damaged, error, ""), at_first + 2h));
    CHECK(gate.offer(event_of(EventType::state_damaged, info, ""), at_first + 3h));
}

TEST_CASE("every new commit is told to those who want to hear of it", "[service][notifications]") {
    NotificationGate everything({info, {}, {}});
    auto commit = event_of(EventType::source_valid, info, "");
    commit.message = "main@1111111 is in force";
    CHECK(everything.offer(commit, at_first));
    CHECK_FALSE(everything.offer(commit, at_first + 10min));
    commit.message = "main@2222222 is in force";
    CHECK(everything.offer(commit, at_first + 20min));
    NotificationGate warnings({warning, {}, {}});
    CHECK_FALSE(warnings.offer(commit, at_first));
}

TEST_CASE("the memory of a gate ends", "[service][notifications]") {
    NotificationGate gate({info, {}, {}});
    for (int i = 0; i < 1000; ++i) {
        auto event = drift();
        event.path = std::to_string(i);
        CHECK(gate.offer(event, at_first));
        auto ready = well();
        ready.address->name = std::to_string(i);
        (void)gate.offer(ready, at_first);
    }
    CHECK(gate.offer(failing(), at_first));
    CHECK(gate.remembered() == 2001);
    CHECK_FALSE(gate.offer(failing(), at_first + 48h));
    CHECK(gate.remembered() == 1);  // what is still failing
}
