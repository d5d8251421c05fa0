#include "cli/progress.hpp"

#include "controller/read_pace.hpp"
#include "model/attributes.hpp"
#include "model/value.hpp"
#include "report/pace.hpp"
#include "report/step_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace regent::cli {
namespace {

using namespace std::chrono_literals;

/// So many objects that wait are named; of more their number is enough.
constexpr std::size_t waiting_shown = 3;

std::string waiting_for(const plan::Step& step, const apply::StepOutcome& outcome) {
    if (outcome.waits_for == step.address) return "waits for what comes before it";
    return fmt::format("waits for {}", to_string(outcome.waits_for));
}

std::string ending(const plan::Step& step, const apply::StepOutcome& outcome) {
    switch (outcome.state) {
        case apply::StepState::done:
            return {};
        case apply::StepState::failed:
            return fmt::format("failed after {}: {}", report::elapsed_text(outcome.took), outcome.error.message);
        case apply::StepState::waiting:
            // Its own value did not come, or it stands behind a step whose value did not.
            if (outcome.error.message.empty()) return waiting_for(step, outcome);
            return fmt::format("still waiting after {}: {}", report::elapsed_text(outcome.took), outcome.error.message);
        case apply::StepState::skipped:
            return waiting_for(step, outcome);
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

std::string_view service_of(const plan::Step& step) {
    return step.address.kind == model::kind::connector ? "Power Platform" : "Graph";
}

std::int64_t seconds_since(std::chrono::steady_clock::time_point then, std::chrono::steady_clock::time_point now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
}

}  // namespace

Progress::Progress(Terminal& terminal, ProgressStyle style, const std::vector<plan::Step>& steps,
                   std::function<Time()> now)
    : terminal_(terminal),
      style_(style),
      steps_(steps),
      now_(std::move(now)),
      begun_(this->now()),
      block_(terminal),
      count_heartbeat_(begun_ + Heartbeat::interval) {
    if (style_ != ProgressStyle::silent && !now_)
        ticker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Progress::~Progress() {
    ticker_.request_stop();
    wake_.notify_all();
    if (ticker_.joinable()) ticker_.join();
    const std::lock_guard lock(mutex_);
    block_.erase();
}

void Progress::step_started(const plan::Step& step) {
    const auto words = report::words_for(step);
    const std::lock_guard lock(mutex_);
    running_[step.id] = {&step, words.subject, words.doing, {}, now(), now(), {}, {}, std::this_thread::get_id()};
    if (style_ == ProgressStyle::lines) print(fmt::format("{}: {}", words.subject, words.doing));
    if (style_ == ProgressStyle::redrawn) draw();
}

void Progress::step_progress(const plan::Step& step, std::string_view words) {
    const std::lock_guard lock(mutex_);
    const auto it = running_.find(step.id);
    if (it != running_.end()) it->second.words = model::with_visible_controls(words);
}

void Progress::step_finished(const plan::Step& step, const apply::StepOutcome& outcome) {
    const auto words = report::words_for(step);
    const std::lock_guard lock(mutex_);
    running_.erase(step.id);
    finished_.insert(step.id);
    const auto detail = model::with_visible_controls(outcome.detail);
    const bool done = outcome.state == apply::StepState::done;
    const auto text = done ? words.done : model::with_visible_controls(ending(step, outcome));
    if (style_ == ProgressStyle::lines) {
        const auto took = done ? fmt::format(" in {}", report::elapsed_text(outcome.took)) : std::string{};
        print(fmt::format("{}: {}{}{}", words.subject, text, took, detail.empty() ? "" : " (" + detail + ")"));
    } else if (style_ == ProgressStyle::redrawn) {
        block_.erase();
        terminal_.err(fmt::format("  {}  {:<36} {:<24} {:>6}  {}\n", mark_of(outcome.state), words.subject, text,
                                  report::elapsed_text(outcome.took), detail));
        draw();
    }
}

/// A step's requests are sent from the thread that began it; what others wait for belongs to no step.
void Progress::waits(const std::string& origin, std::chrono::milliseconds duration, const std::string& why) {
    const std::lock_guard lock(mutex_);
    const auto it = std::find_if(running_.begin(), running_.end(), [](const auto& running) {
        return running.second.thread == std::this_thread::get_id();
    });
    const auto goes_on = fmt::format("goes on in {}", report::duration_text(duration));
    if (it == running_.end()) {
        if (style_ == ProgressStyle::lines)
            print(fmt::format("{}: {}, {}", origin, model::with_visible_controls(why), goes_on));
        return;
    }
    auto& step = it->second;
    step.wait = controller::named_wait(why, service_of(*step.step));
    step.goes_on = now() + duration;
    if (style_ == ProgressStyle::lines) print(fmt::format("{}: {}, {}", step.subject, step.wait, goes_on));
    if (style_ == ProgressStyle::redrawn) draw();
}

void Progress::tick() {
    const std::lock_guard lock(mutex_);
    if (style_ == ProgressStyle::redrawn) draw();
    if (style_ == ProgressStyle::lines) heartbeat();
}

void Progress::run(const std::stop_token& stop) {
    const auto pause = style_ == ProgressStyle::redrawn ? 250ms : 1000ms;
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        wake_.wait_for(lock, stop, pause, [] { return false; });
        if (stop.stop_requested()) return;
        lock.unlock();
        tick();
        lock.lock();
    }
}

void Progress::heartbeat() {
    const auto at = now();
    for (auto& [id, step] : running_) {
        if (at - step.told < Heartbeat::interval) continue;
        step.told = at;
        const auto words = words_of(step, at);
        print(fmt::format("{}: still {} ({}s{})", step.subject, step.doing, seconds_since(step.begun, at),
                          words.empty() ? "" : "; " + words));
    }
    // A short plan's steps are counted by eye.
    if (count_heartbeat_.due(at) && steps_.size() >= report::many_steps) print(done_text(at));
}

void Progress::print(const std::string& line) {
    terminal_.err(fmt::format("{} {}\n", wall_time(), line));
}

/// Why a step takes long: what its request waits for, else what it said itself.
std::string Progress::words_of(const Running& step, Time at) {
    if (at >= step.goes_on) return step.words;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(step.goes_on - at);
    return fmt::format("{}, goes on in {}", step.wait, report::duration_text(left));
}

/// In columns where there is room for them: why a step takes long is worth more than the gaps.
std::string Progress::live_line(const Running& step, Time at, std::size_t columns) {
    const auto seconds = seconds_since(step.begun, at);
    const auto words = words_of(step, at);
    auto line = fmt::format("  ....  {:<36} {:<24} {:>5}s  {}", step.subject, step.doing, seconds, words);
    if (words.empty() || line.size() <= columns) return line;
    return fmt::format("  ....  {}: {} {}s; {}", step.subject, step.doing, seconds, words);
}

std::string Progress::done_text(Time at) const {
    return report::steps_text(finished_.size(), steps_.size(),
                              std::chrono::duration_cast<std::chrono::milliseconds>(at - begun_));
}

/// Objects that have a step to come and none under way, with the objects they wait for.
std::vector<std::string> Progress::waiting_lines() const {
    std::map<int, const plan::Step*> by_id;
    std::set<model::Address> busy;
    for (const auto& step : steps_) by_id.emplace(step.id, &step);
    for (const auto& [id, running] : running_) busy.insert(running.step->address);
    std::map<model::Address, std::set<std::string>> waiting;
    for (const auto& step : steps_) {
        if (finished_.contains(step.id) || busy.contains(step.address)) continue;
        for (const auto id : step.after) {
            const auto before = by_id.find(id);
            if (before == by_id.end() || finished_.contains(id) || before->second->address == step.address) continue;
            waiting[step.address].insert(to_string(before->second->address));
        }
    }
    std::vector<std::string> lines;
    for (const auto& [address, others] : waiting) {
        if (lines.size() == waiting_shown) {
            lines.push_back(fmt::format("        {} more wait", waiting.size() - waiting_shown));
            break;
        }
        lines.push_back(fmt::format("        {:<36} waits for {}", to_string(address), fmt::join(others, ", ")));
    }
    return lines;
}

void Progress::draw() {
    const auto at = now();
    std::vector<std::string> lines;
    const auto columns = terminal_columns();
    for (const auto& [id, step] : running_) lines.push_back(live_line(step, at, columns));
    for (auto& line : waiting_lines()) lines.push_back(std::move(line));
    lines.push_back(fmt::format("  {}. Ctrl-C finishes the running steps and stops.", done_text(at)));
    block_.draw(lines);
}

}  // namespace regent::cli
