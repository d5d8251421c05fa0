#include "provider/service_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace regent::provider {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Seconds that "Z", "+02:00" or "-05:30" adds to UTC; nothing for another text.
std::optional<std::chrono::seconds> offset_of(std::string_view zone) {
    if (zone == "Z" || zone == "z") return 0s;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
    for (const auto i : {1U, 2U, 4U, 5U}) {
        if (!is_digit(zone[i])) return std::nullopt;
    }
    const auto two = [&](std::size_t at) { return (zone[at] - '0') * 10 + (zone[at + 1] - '0'); };
    const auto seconds = std::chrono::hours(two(1)) + std::chrono::minutes(two(4));
    return zone[0] == '-' ? -seconds : std::chrono::seconds(seconds);
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_time(const std::string& text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, end = 0;
    const int read =
        std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &end);
    if (read != 6) return std::nullopt;
    auto rest = std::string_view(text).substr(static_cast<std::size_t>(end));
    if (!rest.empty() && rest[0] == '.') {
        rest.remove_prefix(1);
        while (!rest.empty() && is_digit(rest[0])) rest.remove_prefix(1);
    }
    const auto offset = offset_of(rest);
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!offset || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const sys_seconds moment = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                               std::chrono::seconds(second) - *offset;
    constexpr sys_seconds first = std::chrono::sys_days(std::chrono::year(1700) / 1 / 1);
    constexpr sys_seconds last = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
    return std::chrono::system_clock::time_point(std::clamp(moment, first, last));
}

std::string format_time(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string format_day(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace regent::provider
