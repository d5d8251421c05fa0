#include "report/pace.hpp"

#include <fmt/format.h>

#include <cmath>

namespace regent::report {
namespace {

using namespace std::chrono_literals;

/// Before that a rate says more about the first page than about the rest.
constexpr auto first_rate_after = 1s;

bool has_total(const Pace& pace) {
    return pace.total && *pace.total > 0 && (!pace.about || pace.done <= *pace.total);
}

/// Two digits are as much as a rate is worth: 1,098 a second is 1,100.
std::size_t two_digits(double value) {
    double unit = 1;
    while (value / unit >= 100) unit *= 10;
    return static_cast<std::size_t>(std::llround(value / unit) * std::llround(unit));
}

std::string per_time(double a_second) {
    if (a_second >= 10) return count_text(two_digits(a_second)) + "/s";
    if (a_second >= 1) return fmt::format("{:.1f}/s", a_second);
    const auto a_minute = std::llround(a_second * 60);
    return a_minute < 1 ? std::string{} : fmt::format("{}/min", a_minute);
}

}  // namespace

std::string count_text(std::size_t count) {
    auto digits = std::to_string(count);
    for (auto at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
    return digits;
}

std::string count_text(const Pace& pace) {
    if (!has_total(pace)) return count_text(pace.done);
    return fmt::format("{} of {}{}", count_text(pace.done), pace.about ? "about " : "", count_text(*pace.total));
}

std::string rate_text(const Pace& pace) {
    if (pace.done == 0 || pace.took < first_rate_after) return {};
    const auto a_second = static_cast<double>(pace.done) / std::chrono::duration<double>(pace.took).count();
    auto text = per_time(a_second);
    if (text.empty() || !has_total(pace) || pace.done >= *pace.total) return text;
    const auto left = std::chrono::duration<double>(static_cast<double>(*pace.total - pace.done) / a_second);
    return fmt::format("{}, {} left", text, duration_text(std::chrono::ceil<std::chrono::milliseconds>(left)));
}

std::string pace_text(const Pace& pace) {
    const auto rate = rate_text(pace);
    return count_text(pace) + (rate.empty() ? rate : " (" + rate + ")");
}

std::string duration_text(std::chrono::milliseconds duration) {
    if (duration <= 90s) return fmt::format("{} s", std::chrono::ceil<std::chrono::seconds>(duration).count());
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(duration).count();
    if (minutes < 60) return fmt::format("{} min", minutes);
    return minutes % 60 == 0 ? fmt::format("{} h", minutes / 60)
                             : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string steps_text(std::size_t done, std::size_t total, std::chrono::milliseconds took) {
    const auto rate = total < many_steps ? std::string{} : rate_text({done, total, false, took});
    return fmt::format("{} of {} steps done{}", count_text(done), count_text(total),
                       rate.empty() ? rate : " (" + rate + ")");
}

}  // namespace regent::report
