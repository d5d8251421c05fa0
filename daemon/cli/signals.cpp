#include "cli/signals.hpp"

#include <unistd.h>

#include <csignal>

namespace regent::cli {
namespace {

std::atomic<bool> stop{false};
std::atomic<int> first_signal{0};
std::function<void()> when_first;

void handle(int number) {
    if (stop.exchange(true)) {
        if (number == SIGINT) ::_exit(130);
        return;
    }
    first_signal = number;
    constexpr char message[] = "\nStopping: the running steps are finished first. Ctrl-C again ends at once.\n";
    (void)!::write(STDERR_FILENO, message, sizeof message - 1);
    if (when_first) when_first();
}

}  // namespace

SignalWatch::SignalWatch(std::function<void()> on_first) {
    stop = false;
    first_signal = 0;
    when_first = std::move(on_first);
    struct sigaction action = {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

SignalWatch::~SignalWatch() {
    ::signal(SIGINT, SIG_DFL);
    ::signal(SIGTERM, SIG_DFL);
    when_first = nullptr;
}

const std::atomic<bool>& SignalWatch::stop_requested() const noexcept {
    return stop;
}
bool SignalWatch::by_terminate() const noexcept {
    return first_signal == SIGTERM;
}

HeldHangup::HeldHangup() {
    sigset_t hangup;
    ::sigemptyset(&hangup);
    ::sigaddset(&hangup, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &hangup, &before_);
}

void HeldHangup::let_go() {
    if (is_held_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    is_held_ = false;
}

}  // namespace regent::cli
