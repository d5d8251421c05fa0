#pragma once

#include "cli/live_block.hpp"
#include "controller/read_pace.hpp"
#include "provider/read_progress.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace regent::cli {

/// Shows what a read of a tenant is at, once it takes longer than people wait without asking. On a terminal: one line
/// that is redrawn, and gone afterwards. Without one: a line then, and one every ten seconds.
class ReadDisplay final : public provider::ReadProgress {
public:
    using Time = controller::ReadPace::Moment;
    /// Nothing is shown of what takes less.
    static constexpr std::chrono::seconds patience{2};

    /// `now`: for tests, which then call tick() themselves; otherwise a thread does.
    ReadDisplay(Terminal& terminal, ProgressStyle style, std::string doing, std::function<Time()> now = {});
    ~ReadDisplay() override;
    ReadDisplay(const ReadDisplay&) = delete;
    ReadDisplay& operator=(const ReadDisplay&) = delete;

    void read(const provider::PartRead& part) override;
    void waits(std::string_view why, std::chrono::milliseconds duration) override;
    void tick();

private:
    [[nodiscard]] Time now() const { return now_ ? now_() : std::chrono::steady_clock::now(); }
    void run(const std::stop_token& stop);
    void show();

    Terminal& terminal_;
    const ProgressStyle style_;
    const std::function<Time()> now_;
    const Time shown_from_;
    std::mutex mutex_;
    controller::ReadPace pace_;
    LiveBlock block_;
    Heartbeat heartbeat_;
    std::condition_variable_any wake_;
    std::jthread ticker_;  // last: it uses everything above
};

}  // namespace regent::cli
