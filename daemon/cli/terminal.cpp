#include "cli/terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace regent::cli {

bool wants_colour(ColourChoice choice, bool is_terminal,
                  const std::function<std::optional<std::string>(const char*)>& environment) {
    if (choice != ColourChoice::automatic) return choice == ColourChoice::always;
    const auto set = [&](const char* name) {
        const auto value = environment(name);
        return value && !value->empty();
    };
    if (set("NO_COLOR")) return false;
    const auto forced = [&](const char* name) { return set(name) && environment(name) != "0"; };
    if (forced("CLICOLOR_FORCE") || forced("FORCE_COLOR")) return true;
    if (environment("TERM") == "dumb") return false;
    return is_terminal || set("GITHUB_ACTIONS");
}

std::optional<std::string> environment_variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

void ProcessTerminal::out(std::string_view text) {
    const std::lock_guard lock(mutex_);
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    // Who reads no further, as `head`, wants no more.
    if (!written && loss_.empty() && errno != EPIPE) loss_ = std::strerror(errno);
}

void ProcessTerminal::err(std::string_view text) {
    const std::lock_guard lock(mutex_);
    std::fwrite(text.data(), 1, text.size(), stderr);
}

ExitCode ProcessTerminal::end(ExitCode code) {
    if (loss_.empty()) return code;
    err("error: what was to be written to standard output did not arrive there: " + loss_ + "\n");
    return most_telling({code, ExitCode::failed});
}

bool ProcessTerminal::out_is_terminal() const {
    return ::isatty(STDOUT_FILENO) == 1;
}
bool ProcessTerminal::err_is_terminal() const {
    return ::isatty(STDERR_FILENO) == 1;
}
bool ProcessTerminal::in_is_terminal() const {
    return ::isatty(STDIN_FILENO) == 1;
}

std::optional<std::string> ProcessTerminal::read_line() {
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line;
}

}  // namespace regent::cli
