#pragma once

#include "net/session.hpp"
#include "net/transport.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace regent::net {

/// IMF-fixdate, the one form that may be sent today: "Tue, 24 Nov 2026 10:43:52 GMT" (RFC 9110, section 5.6.7).
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_http_date(const std::string& text);

/// How long a Retry-After value asks to wait, seen at `now`: seconds, whole (RFC 9110, section 10.2.3) or with a
/// fraction as Graph sends them, rounded up to the millisecond; or an HTTP date, of which one in the past means zero.
/// Nothing for anything else: garbage, a negative number, an empty text. Never more than a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         std::chrono::system_clock::time_point now);

/// The wait before try `failed_tries + 1` (so 1 is the first retry).
///
/// With a `retry_after` above zero: that long and up to a tenth of it (at most a second) more, since asking sooner only
/// spends a try and all who were refused together would come back together. Otherwise exponential from `policy.base` up
/// to `policy.ceiling`, of which `random` (uniform over 64 bits) takes away up to half.
[[nodiscard]] std::chrono::milliseconds retry_delay(const RetryPolicy& policy, int failed_tries,
                                                    std::optional<std::chrono::milliseconds> retry_after,
                                                    std::uint64_t random);

/// The pause between requests once `x-ms-throttle-limit-percentage` says how much of the limit is used: Graph sends it
/// from 0.8 (used up to 80 %) to 1.8. Nothing below 0.8, then 100 ms more for every tenth; zero too for what is no
/// number. https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
[[nodiscard]] std::chrono::milliseconds pause_for_limit(std::string_view percentage);

/// Whether a 429 means a hard limit, which asking again does not change: the code that the directory has had for it
/// since its first API.
[[nodiscard]] bool is_refused_for_good(int status, std::string_view body) noexcept;

/// May a request with this answer be sent again?
enum class Verdict {
    final,           ///< the answer stands
    refresh_token,   ///< 401: again with a new token, once
    retry,           ///< again after a while
    retry_throttled  ///< again after a while, and everybody else waits too
};
/// What a second sending of the same request would do.
enum class Repeats {
    read,        ///< nothing: it changes nothing
    idempotent,  ///< what the first did, and no more
    twice        ///< it may do a thing twice
};
/// A read that met a write or a lock (409, 423, 424) is asked again, as is what an overload answers: 408, 425, 499 and
/// 5xx but for 501. After these a write may have been carried out.
[[nodiscard]] Verdict verdict_on(int status, Repeats repeats, bool has_retry_after);

}  // namespace regent::net
