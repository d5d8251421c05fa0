#pragma once

#include "apply/applier.hpp"
#include "cli/terminal.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace regent::cli {

/// Shows an apply while it runs. Without a terminal: one line at the start and at the end of each step, and one every
/// ten seconds for what still runs. On a terminal: finished steps stay as lines, running ones are redrawn below them.
class Progress final : public apply::Listener {
public:
    enum class Style { lines, redrawn, silent };
    Progress(Terminal& terminal, Style style, std::size_t steps);
    ~Progress() override;
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void step_started(const plan::Step& step) override;
    void step_progress(const plan::Step& step, std::string_view words) override;
    void step_finished(const plan::Step& step, const apply::StepOutcome& outcome) override;

    /// A note between the steps ("throttled, goes on in 3 s").
    void note(const std::string& text);

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Running {
        std::string subject, doing, words;
        Time begun, told;
    };

    void tick(const std::stop_token& stop);
    void heartbeat();
    void print(const std::string& line);
    void draw();
    void erase();

    Terminal& terminal_;
    const Style style_;
    const std::size_t steps_;
    std::mutex mutex_;
    std::map<int, Running> running_;
    std::size_t finished_ = 0;
    std::size_t drawn_lines_ = 0;
    std::condition_variable_any wake_;
    std::jthread ticker_;  // last: it uses everything above
};

}  // namespace regent::cli
