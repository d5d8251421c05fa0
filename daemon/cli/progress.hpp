#pragma once

#include "apply/applier.hpp"
#include "cli/live_block.hpp"
#include "cli/terminal.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace regent::cli {

/// Shows an apply while it runs. Without a terminal: one line at the start and at the end of each step, and one every
/// ten seconds for what still runs. On a terminal: finished steps stay as lines, running ones are redrawn below them
/// with what waits for them. Both say how many steps are done, and of a long plan how long the rest will take.
class Progress final : public apply::Listener {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// `steps` outlive it. `now`: for tests, which then call tick() themselves; otherwise a thread does.
    Progress(Terminal& terminal, ProgressStyle style, const std::vector<plan::Step>& steps,
             std::function<Time()> now = {});
    ~Progress() override;
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void step_started(const plan::Step& step) override;
    void step_progress(const plan::Step& step, std::string_view words) override;
    void step_finished(const plan::Step& step, const apply::StepOutcome& outcome) override;

    /// A request waits; called from the thread that does. `why`: "throttled by the service (429)".
    void waits(const std::string& origin, std::chrono::milliseconds duration, const std::string& why);
    void tick();

private:
    struct Running {
        const plan::Step* step;
        std::string subject, doing, words;
        Time begun, told;
        std::string wait;  ///< why its request waits
        Time goes_on;
        std::thread::id thread;
    };

    [[nodiscard]] Time now() const { return now_ ? now_() : std::chrono::steady_clock::now(); }
    void run(const std::stop_token& stop);
    void heartbeat();
    void print(const std::string& line);
    void draw();
    [[nodiscard]] static std::string words_of(const Running& step, Time at);
    [[nodiscard]] static std::string live_line(const Running& step, Time at, std::size_t columns);
    [[nodiscard]] std::vector<std::string> waiting_lines() const;
    [[nodiscard]] std::string done_text(Time at) const;

    Terminal& terminal_;
    const ProgressStyle style_;
    const std::vector<plan::Step>& steps_;
    const std::function<Time()> now_;
    const Time begun_;
    std::mutex mutex_;
    std::map<int, Running> running_;
    std::set<int> finished_;
    LiveBlock block_;
    Heartbeat count_heartbeat_;
    std::condition_variable_any wake_;
    std::jthread ticker_;  // last: it uses everything above
};

}  // namespace regent::cli
