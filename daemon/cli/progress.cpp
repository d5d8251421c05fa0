#include "cli/progress.hpp"

#include "model/value.hpp"
#include "report/step_words.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ctime>

namespace regent::cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string wall_time() {
    return fmt::format("{:%H:%M:%S}", fmt::localtime(std::time(nullptr)));
}

std::string ending(const apply::StepOutcome& outcome) {
    switch (outcome.state) {
        case apply::StepState::done:
            return {};
        case apply::StepState::failed:
            return fmt::format("failed after {}: {}", report::elapsed_text(outcome.took), outcome.error.message);
        case apply::StepState::waiting:
            // Its own value did not come, or it stands behind a step whose value did not.
            if (outcome.error.message.empty()) return fmt::format("waits for {}", to_string(outcome.waits_for));
            return fmt::format("still waiting after {}: {}", report::elapsed_text(outcome.took), outcome.error.message);
        case apply::StepState::skipped:
            return fmt::format("waits for {}", to_string(outcome.waits_for));
        case apply::StepState::stopped:
            return "not begun: the run was stopped";
    }
    return {};
}

const char* mark_of(apply::StepState state) {
    switch (state) {
        case apply::StepState::done:
            return "done";
        case apply::StepState::failed:
            return "FAIL";
        case apply::StepState::waiting:
            return "wait";
        default:
            return "    ";
    }
}

/// How wide the terminal is; a line that wraps would be two, and only one of them be taken back.
std::size_t columns() {
    struct winsize size {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The beginning of `line` that fits, by characters of UTF-8.
std::string cut_to(const std::string& line, std::size_t width) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
        if (begins && ++characters > width) return line.substr(0, i);
    }
    return line;
}

}  // namespace

Progress::Progress(Terminal& terminal, Style style, std::size_t steps)
    : terminal_(terminal), style_(style), steps_(steps) {
    if (style_ != Style::silent) ticker_ = std::jthread([this](const std::stop_token& stop) { tick(stop); });
}

Progress::~Progress() {
    ticker_.request_stop();
    wake_.notify_all();
    if (ticker_.joinable()) ticker_.join();
    const std::lock_guard lock(mutex_);
    erase();
}

void Progress::step_started(const plan::Step& step) {
    const auto words = report::words_for(step);
    const std::lock_guard lock(mutex_);
    running_[step.id] = {words.subject, words.doing, {}, Clock::now(), Clock::now()};
    if (style_ == Style::lines) print(fmt::format("{} {}: {}\n", wall_time(), words.subject, words.doing));
    if (style_ == Style::redrawn) draw();
}

void Progress::step_progress(const plan::Step& step, std::string_view words) {
    const std::lock_guard lock(mutex_);
    const auto it = running_.find(step.id);
    if (it != running_.end()) it->second.words = words;
}

void Progress::step_finished(const plan::Step& step, const apply::StepOutcome& outcome) {
    const auto words = report::words_for(step);
    const std::lock_guard lock(mutex_);
    running_.erase(step.id);
    ++finished_;
    const auto detail = model::with_visible_controls(outcome.detail);
    const bool done = outcome.state == apply::StepState::done;
    const auto text = done ? words.done : model::with_visible_controls(ending(outcome));
    if (style_ == Style::lines) {
        const auto took = done ? fmt::format(" in {}", report::elapsed_text(outcome.took)) : std::string{};
        print(fmt::format("{} {}: {}{}{}\n", wall_time(), words.subject, text, took,
                          detail.empty() ? "" : " (" + detail + ")"));
    } else if (style_ == Style::redrawn) {
        erase();
        print(fmt::format("  {}  {:<36} {:<24} {:>6}  {}\n", mark_of(outcome.state), words.subject, text,
                          report::elapsed_text(outcome.took), detail));
        draw();
    }
}

void Progress::note(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (style_ == Style::lines) print(fmt::format("{} {}\n", wall_time(), text));
    if (style_ == Style::redrawn) {
        erase();
        print(fmt::format("        {}\n", text));
        draw();
    }
}

void Progress::tick(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        wake_.wait_for(lock, stop, style_ == Style::redrawn ? 250ms : 1000ms, [] { return false; });
        if (stop.stop_requested()) return;
        if (style_ == Style::redrawn) draw();
        if (style_ == Style::lines) heartbeat();
    }
}

void Progress::heartbeat() {
    const auto now = Clock::now();
    for (auto& [id, step] : running_) {
        if (now - step.told < 10s) continue;
        step.told = now;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - step.begun).count();
        print(fmt::format("{} {}: still {} ({}s{})\n", wall_time(), step.subject, step.doing, seconds,
                          step.words.empty() ? "" : "; " + model::with_visible_controls(step.words)));
    }
}

void Progress::print(const std::string& line) {
    terminal_.err(line);
}

void Progress::draw() {
    erase();
    const auto width = columns();
    std::string block;
    for (const auto& [id, step] : running_) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - step.begun).count();
        block += cut_to(fmt::format("  ....  {:<36} {:<24} {:>5}s  {}", step.subject, step.doing, seconds,
                                    model::with_visible_controls(step.words)),
                        width);
        block += '\n';
    }
    block += cut_to(
        fmt::format("  {} of {} steps done. Ctrl-C finishes the running steps and stops.", finished_, steps_), width);
    block += '\n';
    drawn_lines_ = running_.size() + 1;
    terminal_.err(block);
}

void Progress::erase() {
    if (drawn_lines_ == 0) return;
    terminal_.err(
        fmt::format("\x1b[{}A\x1b[J", drawn_lines_));  // up to the block's first line, clear to the end of the screen
    drawn_lines_ = 0;
}

}  // namespace regent::cli
