#include "report/pace.hpp"

#include <catch2/catch.hpp>

using namespace regent::report;
using namespace std::chrono_literals;

TEST_CASE("counts are grouped by thousands") {
    CHECK(count_text(std::size_t{0}) == "0");
    CHECK(count_text(std::size_t{999}) == "999");
    CHECK(count_text(std::size_t{1000}) == "1,000");
    CHECK(count_text(std::size_t{1234567}) == "1,234,567");
}

TEST_CASE("a pace tells count, total, rate and what is left, and nothing that is not known") {
    struct Row {
        const char* name;
        Pace pace;
        const char* text;
    };
    const Row rows[] = {
        {"a read under way", {3996, 20000, true, 3633ms}, "3,996 of about 20,000 (1,100/s, 15 s left)"},
        {"no total: none is invented", {3996, std::nullopt, false, 3633ms}, "3,996 (1,100/s)"},
        {"nothing has come: no rate", {0, 500, false, 9s}, "0 of 500"},
        {"too early for a rate", {100, 500, false, 400ms}, "100 of 500"},
        {"slow", {3, 9, false, 90s}, "3 of 9 (2/min, 3 min left)"},
        {"slower than worth saying", {1, 9, false, 10min}, "1 of 9"},
        {"a few a second", {25, 100, false, 10s}, "25 of 100 (2.5/s, 30 s left)"},
        {"all of it: nothing is left", {500, 500, false, 10s}, "500 of 500 (50/s)"},
        {"more than there were last time: the guess is dropped", {501, 500, true, 10s}, "501 (50/s)"},
        {"there was nothing last time", {5, 0, true, 1s}, "5 (5.0/s)"},
    };
    for (const auto& row : rows) {
        INFO(row.name);
        CHECK(pace_text(row.pace) == row.text);
    }
}

TEST_CASE("durations are rounded up to what a person would say") {
    CHECK(duration_text(1ms) == "1 s");
    CHECK(duration_text(14001ms) == "15 s");
    CHECK(duration_text(90s) == "90 s");
    CHECK(duration_text(91s) == "2 min");
    CHECK(duration_text(59min) == "59 min");
    CHECK(duration_text(60min) == "1 h");
    CHECK(duration_text(70min) == "1 h 10 min");
}

TEST_CASE("steps have a rate once there are many of them") {
    CHECK(steps_text(4, 8, 10s) == "4 of 8 steps done");
    CHECK(steps_text(40, 200, 16s) == "40 of 200 steps done (2.5/s, 64 s left)");
    CHECK(steps_text(0, 200, 16s) == "0 of 200 steps done");
    CHECK(steps_text(1500, 1500, 100s) == "1,500 of 1,500 steps done (15/s)");
}
