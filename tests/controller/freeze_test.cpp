#include "controller/freeze.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace std::chrono;

namespace {

model::FreezeWindow weekly(std::vector<unsigned> days, minutes start, minutes end) {
    model::FreezeWindow window;
    window.name = "weekend";
    window.days = std::move(days);
    window.start = start;
    window.end = end;
    return window;
}

// 2026-11-27 is a Friday.
constexpr auto friday = sys_days(2026y / 11 / 27);

}  // namespace

TEST_CASE("a weekly window that passes midnight belongs to the day on which it begins") {
    const auto window = weekly({5}, 16h, 6h);
    CHECK_FALSE(controller::frozen_at(friday + 15h + 59min, "prod", {window}));
    CHECK(controller::frozen_at(friday + 16h, "prod", {window})->until == friday + days(1) + 6h);
    CHECK(controller::frozen_at(friday + 29h + 59min, "prod", {window})->window == "weekend");
    CHECK_FALSE(controller::frozen_at(friday + 30h, "prod", {window}));
    CHECK_FALSE(controller::frozen_at(friday + days(1) + 17h, "prod", {window}));
    CHECK_FALSE(controller::frozen_at(friday + 3h, "prod", {window}));  // Thursday is not in `days`
}

TEST_CASE("a weekly window whose end is its start lasts a whole day") {
    const auto window = weekly({5}, 0h, 0h);
    CHECK(controller::frozen_at(friday, "prod", {window})->until == friday + days(1));
    CHECK(controller::frozen_at(friday + 23h + 59min, "prod", {window}));
    CHECK_FALSE(controller::frozen_at(friday + days(1), "prod", {window}));
}

TEST_CASE("a window is for the environments it names") {
    auto window = weekly({5}, 0h, 0h);
    window.environments = {"prod"};
    CHECK(controller::frozen_at(friday, "prod", {window}));
    CHECK_FALSE(controller::frozen_at(friday, "dev", {window}));
}

TEST_CASE("of two windows the one that ends last is told") {
    auto once = weekly({}, 0h, 0h);
    once.name = "holidays";
    once.from = friday - days(1);
    once.to = friday + days(20);
    const auto frozen = controller::frozen_at(friday + 1h, "prod", {weekly({5}, 0h, 6h), once});
    REQUIRE(frozen);
    CHECK(frozen->window == "holidays");
    CHECK(frozen->until == friday + days(20));
}
