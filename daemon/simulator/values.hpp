#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace regent::simulator {

using Time = std::chrono::system_clock::time_point;

[[nodiscard]] bool is_guid(std::string_view text);
[[nodiscard]] std::string lower(std::string text);
[[nodiscard]] bool same_text(std::string_view a, std::string_view b);  ///< without regard to case
[[nodiscard]] bool starts_with(std::string_view text, std::string_view prefix);
[[nodiscard]] std::size_t characters_in(std::string_view text);  ///< of UTF-8: one of several bytes is one
/// What is between the slashes of a path, without the empty ones.
[[nodiscard]] std::vector<std::string> segments_of(std::string_view path);
[[nodiscard]] std::string percent_encoded(std::string_view text);
[[nodiscard]] std::string percent_decoded(std::string_view text, bool plus_is_space);

/// RFC 3339 with `digits` fraction digits and Z; and back, whatever its fraction.
[[nodiscard]] std::string format_time(Time time, int digits = 0);
/// "Tue, 24 Nov 2026 10:43:52 GMT", for the Date header.
[[nodiscard]] std::string http_date(Time time);
[[nodiscard]] std::optional<Time> parse_time(std::string_view text);
[[nodiscard]] long epoch_seconds(Time time);

[[nodiscard]] std::string sha256_bytes(std::string_view data);
[[nodiscard]] std::string sha256_hex(std::string_view data);
[[nodiscard]] std::string base64(std::string_view data);
[[nodiscard]] std::string base64url(std::string_view data);                      ///< without padding
[[nodiscard]] std::optional<std::string> base64_decoded(std::string_view text);  ///< either alphabet, padding or not

/// Random ids and secrets. Seeded, so that a run can be repeated.
class IdSource {
public:
    explicit IdSource(std::uint64_t seed) : engine_(seed) {}
    [[nodiscard]] std::string guid();
    /// The shape of Entra's secret texts: three characters (the hint), a digit, "Q~", and more.
    [[nodiscard]] std::string secret_text();
    [[nodiscard]] std::uint64_t number() { return engine_(); }

private:
    std::mt19937_64 engine_;
};

}  // namespace regent::simulator
