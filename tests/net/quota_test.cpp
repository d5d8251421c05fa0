#include "net/quota.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace regent::net;
using namespace std::chrono_literals;

namespace {

const Charge one_read{1, 0}, one_write{1, 1};

/// How many of `charge` go through at `now` before one has to wait.
int at_once(Quota& quota, const Charge& charge, Quota::Moment now) {
    int count = 0;
    while (count < 100'000 && quota.take(charge, now) == 0ms) ++count;
    return count;
}

}  // namespace

TEST_CASE("3,000 writes may go at once, and then as many as come back in time") {
    Quota quota;
    const Quota::Moment begin{};
    CHECK(at_once(quota, one_write, begin) == 3000);
    const auto wait = quota.take(one_write, begin);
    CHECK(wait == 50ms);
    CHECK(quota.take(one_write, begin + wait) == 0ms);
    CHECK(at_once(quota, one_write, begin + wait + 150s) == 3000);
}

TEST_CASE("reads are not held up by writes that are used up") {
    Quota quota;
    at_once(quota, one_write, Quota::Moment{});
    CHECK(quota.take(one_write, Quota::Moment{}) > 0ms);
    CHECK(quota.take(one_read, Quota::Moment{}) == 0ms);
}

TEST_CASE("a tenant that does not warn is larger than was assumed; one that warns or refuses is not") {
    Quota quota;
    const Quota::Moment begin{};
    SECTION("it does not warn: up to the largest") {
        CHECK(at_once(quota, one_read, begin) == 8000);
        CHECK(quota.units_per_10_seconds() == 8000);
    }
    SECTION("it warns") {
        CHECK(quota.take({2800, 0}, begin) == 0ms);
        quota.warned(begin);
        CHECK(at_once(quota, one_read, begin) == 700);
        CHECK(quota.units_per_10_seconds() == 3500);
    }
    SECTION("it refuses: the step before, and nothing until the wait is over") {
        CHECK(quota.take({4000, 0}, begin) == 0ms);
        REQUIRE(quota.units_per_10_seconds() == 5000);
        quota.refused("ResourceUnitLimitExceeded", begin);
        CHECK(quota.units_per_10_seconds() == 3500);
        CHECK(quota.take(one_read, begin) > 0ms);
    }
}

TEST_CASE("a refused write says which of the limits it was") {
    Quota quota;
    quota.refused("WriteLimitExceeded", Quota::Moment{});
    CHECK(quota.take(one_read, Quota::Moment{}) == 0ms);
    CHECK(quota.take(one_write, Quota::Moment{}) == 50ms);
}

TEST_CASE("what a request counts for is seen from the outside") {
    CHECK(charge_of("GET", "/v1.0/applications?$top=999", "").units == 1);
    CHECK(charge_of("PATCH", "/v1.0/applications/x", "{}").writes == 1);
    const auto batch =
        charge_of("POST", "/v1.0/$batch", R"({"requests":[{"method":"GET"},{"method":"PATCH"},{"method":"GET"}]})");
    CHECK(batch.units == 3);
    CHECK(batch.writes == 1);
    CHECK(charge_of("POST", "/11111111-1111-1111-1111-111111111111/oauth2/v2.0/token", "").units == 0);
    CHECK(charge_of("GET", "/providers/Microsoft.PowerApps/apis", "").units == 0);
}

TEST_CASE("all who ask one tenant as one application share one quota") {
    const std::string origin = "https://graph.quota-test.example";
    CHECK(quota_of(origin, "a") == quota_of(origin, "a"));
    CHECK(quota_of(origin, "a") != quota_of(origin, "b"));
    CHECK(quota_of(origin, "") != quota_of(origin, ""));
}

TEST_CASE("writes to applications for personal accounts have a lane of their own: 60 in a minute") {
    Lane lane(60, 60s);
    const Quota::Moment begin{};
    for (int i = 0; i < 60; ++i) CHECK(lane.take(begin) == 0ms);
    CHECK(lane.take(begin) == 1s);
    CHECK(lane.take(begin + 1s) == 0ms);
    CHECK(lane.take(begin + 1s) == 1s);
}
