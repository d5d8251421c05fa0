#include "cli/read_display.hpp"

#include <fmt/format.h>

namespace regent::cli {

using namespace std::chrono_literals;

ReadDisplay::ReadDisplay(Terminal& terminal, ProgressStyle style, std::string doing, std::function<Time()> now)
    : terminal_(terminal),
      style_(style),
      now_(std::move(now)),
      shown_from_(this->now() + patience),
      pace_(std::move(doing)),
      block_(terminal),
      heartbeat_(shown_from_) {
    if (style_ != ProgressStyle::silent && !now_)
        ticker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

ReadDisplay::~ReadDisplay() {
    ticker_.request_stop();
    wake_.notify_all();
    if (ticker_.joinable()) ticker_.join();
    const std::lock_guard lock(mutex_);
    block_.erase();
}

void ReadDisplay::read(const provider::PartRead& part) {
    const std::lock_guard lock(mutex_);
    pace_.read(part, now());
}

void ReadDisplay::waits(std::string_view why, std::chrono::milliseconds duration) {
    const std::lock_guard lock(mutex_);
    pace_.waits(why, duration, now());
}

void ReadDisplay::tick() {
    const std::lock_guard lock(mutex_);
    show();
}

void ReadDisplay::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        wake_.wait_for(lock, stop, 250ms, [] { return false; });
        if (!stop.stop_requested()) show();
    }
}

void ReadDisplay::show() {
    const auto at = now();
    if (style_ == ProgressStyle::silent || at < shown_from_) return;
    const auto text = pace_.text(at);
    if (style_ == ProgressStyle::redrawn) return block_.draw({"  " + text});
    if (heartbeat_.due(at)) terminal_.err(fmt::format("{} {}\n", wall_time(), text));
}

}  // namespace regent::cli
