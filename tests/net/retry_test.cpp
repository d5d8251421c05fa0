#include "net/retry.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <optional>
#include <string>

using namespace regent::net;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

/// Tue, 24 Nov 2026 10:00:00 GMT
const auto now = std::chrono::system_clock::from_time_t(1'795'514'400);

constexpr std::uint64_t least = 0;
constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("Retry-After is read in every form that services send, and refused in all others", "[net][retry]") {
    struct Row {
        std::string text;
        std::optional<milliseconds> wait;
    };
    const auto row = GENERATE(values<Row>({
        {"0", 0ms},
        {"1", 1s},
        {" 7 ", 7s},
        {"2.128", 2128ms},
        {"0.0001", 1ms},
        {"86400", 24h},
        {"99999999999999999999", 24h * 365},
        {"Tue, 24 Nov 2026 10:00:05 GMT", 5s},
        {"Tue, 24 Nov 2026 09:59:00 GMT", 0ms},
        {"Wed, 25 Nov 2026 10:00:00 GMT", 24h},
        {"", std::nullopt},
        {"soon", std::nullopt},
        {"-5", std::nullopt},
        {"+5", std::nullopt},
        {"5s", std::nullopt},
        {"1e3", std::nullopt},
        {"nan", std::nullopt},
        {"1.2.3", std::nullopt},
        {"Tuesday, 24-Nov-26 10:00:05 GMT", std::nullopt},
        {"Tue, 24 Nov 2026 10:00:05 CET", std::nullopt},
    }));
    CAPTURE(row.text);
    CHECK(parse_retry_after(row.text, now) == row.wait);
}

TEST_CASE("the wait grows to the ceiling, and chance takes away up to half", "[net][retry]") {
    struct Row {
        int failed_tries;
        milliseconds longest;
    };
    const auto row = GENERATE(values<Row>({{1, 500ms}, {2, 1s}, {3, 2s}, {6, 16s}, {7, 30s}, {8, 30s}, {1000, 30s}}));
    CAPTURE(row.failed_tries);
    CHECK(retry_delay({}, row.failed_tries, std::nullopt, least) == row.longest);
    const auto shortest = retry_delay({}, row.failed_tries, std::nullopt, most);
    CHECK(shortest >= row.longest / 2);
    CHECK(shortest < row.longest);
}

TEST_CASE("what Retry-After says is waited in full, also beyond the ceiling", "[net][retry]") {
    struct Row {
        milliseconds asked;
        milliseconds longest;
    };
    const auto row = GENERATE(values<Row>({{1ms, 1ms}, {1s, 1100ms}, {10s, 11s}, {60s, 61s}, {24h, 24h + 1s}}));
    CAPTURE(row.asked.count());
    CHECK(retry_delay({}, 1, row.asked, least) == row.asked);
    CHECK(retry_delay({}, 1, row.asked, most) >= row.asked);
    CHECK(retry_delay({}, 5, row.asked, most) <= row.longest);
}

TEST_CASE("a Retry-After of zero does not make a hot loop", "[net][retry]") {
    CHECK(retry_delay({}, 1, 0ms, least) == 500ms);
    CHECK(retry_delay({}, 3, 0ms, least) == 2s);
}

TEST_CASE("requests slow down from four fifths of the limit on", "[net][retry]") {
    struct Row {
        std::string percentage;
        milliseconds pause;
    };
    const auto row = GENERATE(values<Row>({{"0.79", 0ms},
                                           {"0.8", 100ms},
                                           {"1.0", 300ms},
                                           {"1.8", 1100ms},
                                           {"25", 1100ms},
                                           {"", 0ms},
                                           {"much", 0ms},
                                           {"-1", 0ms}}));
    CAPTURE(row.percentage);
    CHECK(pause_for_limit(row.percentage) == row.pause);
}

TEST_CASE("which answers are tried again", "[net][retry]") {
    struct Row {
        int status;
        bool retry_after;
        Verdict read;
        Verdict idempotent;
        Verdict twice;
    };
    using enum Verdict;
    const auto row = GENERATE(values<Row>({
        {200, false, final, final, final},
        {302, false, final, final, final},
        {400, true, final, final, final},
        {401, false, refresh_token, refresh_token, refresh_token},
        {403, false, final, final, final},
        {404, false, final, final, final},
        {408, false, retry, retry, final},
        {409, true, retry, final, final},
        {412, false, final, final, final},
        {423, false, retry, final, final},
        {424, false, retry, final, final},
        {425, false, retry, retry, final},
        {429, false, retry_throttled, retry_throttled, retry_throttled},
        {429, true, retry_throttled, retry_throttled, retry_throttled},
        {499, false, retry, retry, final},
        {500, false, retry, retry, final},
        {501, false, final, final, final},
        {502, true, retry, retry, final},
        {503, false, retry, retry, final},
        {503, true, retry_throttled, retry_throttled, final},
        {504, false, retry, retry, final},
        {509, false, retry, retry, final},
    }));
    CAPTURE(row.status, row.retry_after);
    CHECK(verdict_on(row.status, Repeats::read, row.retry_after) == row.read);
    CHECK(verdict_on(row.status, Repeats::idempotent, row.retry_after) == row.idempotent);
    CHECK(verdict_on(row.status, Repeats::twice, row.retry_after) == row.twice);
}
