#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace regent::cli {

/// How long work shows itself: lines for logs, a block that is drawn again and again for a person, nothing.
enum class ProgressStyle { lines, redrawn, silent };
[[nodiscard]] ProgressStyle progress_style(const Terminal& terminal, const GlobalOptions& global);

/// "09:04:02", for lines.
[[nodiscard]] std::string wall_time();

/// How wide the terminal of standard error is; 80 where nobody knows.
[[nodiscard]] std::size_t terminal_columns();

/// Lines below everything else on a terminal, which are taken back before something is printed above them.
class LiveBlock {
public:
    explicit LiveBlock(Terminal& terminal) : terminal_(terminal) {}
    /// Each cut to the terminal's width: a line that wraps would be two, and only one of them be taken back.
    void draw(const std::vector<std::string>& lines);
    void erase();

private:
    Terminal& terminal_;
    std::size_t drawn_ = 0;
};

/// When a log hears of something that goes on: ten seconds after the last time.
class Heartbeat {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds interval{10};
    explicit Heartbeat(Time first) : next_(first) {}
    /// True when it is time; then not again for an interval.
    [[nodiscard]] bool due(Time now) {
        if (now < next_) return false;
        next_ = now + interval;
        return true;
    }

private:
    Time next_;
};

}  // namespace regent::cli
