#include "net/retry.hpp"

#include "net/header_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string>

namespace regent::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto longest_retry_after = std::chrono::hours(24 * 365);

/// A plain decimal number, whole text; nothing for signs, exponents, "inf" or "nan".
std::optional<double> parse_decimal(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (stop != text.data() + text.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) return std::chrono::duration<double>(longest_retry_after).count();
    if (error != std::errc()) return std::nullopt;
    return value;
}

/// Uniform in [0, 1).
double fraction(std::uint64_t random) {
    return static_cast<double>(random >> 11U) * 0x1.0p-53;
}

milliseconds part_of(milliseconds whole, double share) {
    return milliseconds(static_cast<std::int64_t>(static_cast<double>(whole.count()) * share));
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_http_date(const std::string& text) {
    std::tm parts{};
    // The names in the date are English; the process runs in the C locale, as nothing here calls setlocale.
    const char* stop = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (stop == nullptr || *stop != '\0') return std::nullopt;
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::optional<milliseconds> parse_retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
    const auto text = trimmed(value);
    if (const auto seconds = parse_decimal(text)) {
        const double longest = std::chrono::duration<double>(longest_retry_after).count();
        return milliseconds(static_cast<std::int64_t>(std::ceil(std::min(*seconds, longest) * 1000)));
    }
    if (const auto date = parse_http_date(std::string(text))) {
        const auto wait = std::chrono::ceil<milliseconds>(*date - now);
        return std::clamp<milliseconds>(wait, 0ms, longest_retry_after);
    }
    return std::nullopt;
}

milliseconds retry_delay(const RetryPolicy& policy, int failed_tries, std::optional<milliseconds> retry_after,
                         std::uint64_t random) {
    if (retry_after && *retry_after > 0ms) {
        return *retry_after + part_of(std::min<milliseconds>(*retry_after / 10, 1s), fraction(random));
    }
    auto full = policy.base;
    for (int i = 1; i < failed_tries && full < policy.ceiling; ++i) full *= 2;
    full = std::min(full, policy.ceiling);
    return full - part_of(full / 2, fraction(random));
}

milliseconds pause_for_limit(std::string_view percentage) {
    const auto used = parse_decimal(trimmed(percentage));
    if (!used || *used < 0.8) return 0ms;
    return milliseconds(static_cast<std::int64_t>(std::lround((std::min(*used, 1.8) - 0.7) * 1000)));
}

bool is_refused_for_good(int status, std::string_view body) noexcept {
    return status == 429 && body.find("\"Request_ThrottledPermanently\"") != std::string_view::npos;
}

Verdict verdict_on(int status, Repeats repeats, bool has_retry_after) {
    switch (status) {
        case 401:
            return Verdict::refresh_token;
        case 429:
            return Verdict::retry_throttled;
        case 503:
            // When to come again says nothing of what was done: a gateway says it of what its service has done by then.
            if (repeats == Repeats::twice) return Verdict::final;
            return has_retry_after ? Verdict::retry_throttled : Verdict::retry;
        case 409:
        case 423:
        case 424:
            return repeats == Repeats::read ? Verdict::retry : Verdict::final;
        case 408:
        case 425:
        case 499:
        case 500:
        case 502:
        case 504:
        case 509:
            return repeats == Repeats::twice ? Verdict::final : Verdict::retry;
        default:
            return Verdict::final;
    }
}

}  // namespace regent::net
