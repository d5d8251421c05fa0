#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace regent::provider {

/// A moment as Microsoft's services write it: "2026-09-01T00:00:00Z", with any fraction or with an offset. What lies
/// beyond the year 2200 becomes its end, since "never" is often written as 2299 and a time_point of this machine ends
/// in 2262. Nothing for what is no moment.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_time(const std::string& text);

/// "2026-09-01T00:00:00Z".
[[nodiscard]] std::string format_time(std::chrono::system_clock::time_point time);
/// "2026-09-01".
[[nodiscard]] std::string format_day(std::chrono::system_clock::time_point time);

}  // namespace regent::provider
