#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace regent::report {

/// How far something that has many parts has come.
struct Pace {
    std::size_t done = 0;
    std::optional<std::size_t> total;
    bool about = false;  ///< `total` is a guess from an earlier look; one that was passed is not shown
    std::chrono::milliseconds took{0};
};

/// "3,996".
[[nodiscard]] std::string count_text(std::size_t count);
/// "3,996 of about 20,000".
[[nodiscard]] std::string count_text(const Pace& pace);
/// "1,100/s, 15 s left": the rate so far, after a second, and what is left at this rate where the total is known. Empty
/// when there is nothing to say.
[[nodiscard]] std::string rate_text(const Pace& pace);
/// "3,996 of about 20,000 (1,100/s, 15 s left)".
[[nodiscard]] std::string pace_text(const Pace& pace);

/// For how long something goes on: "15 s", "3 min", "1 h 10 min". Rounded up, since nobody minds when it is sooner.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

/// "40 of 200 steps done (2.5/s, 64 s left)"; the rate for plans that are long enough for one.
[[nodiscard]] std::string steps_text(std::size_t done, std::size_t total, std::chrono::milliseconds took);
/// From this many steps on people ask how long it takes.
inline constexpr std::size_t many_steps = 20;

}  // namespace regent::report
