#pragma once

#include "cli/exit_code.hpp"
#include "cli/options.hpp"

#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace regent::cli {

/// Whether a stream gets colour, decided per stream and in this order: --color, NO_COLOR (set and not empty:
/// https://no-color.org), CLICOLOR_FORCE or FORCE_COLOR, TERM=dumb, a terminal, GITHUB_ACTIONS.
[[nodiscard]] bool wants_colour(ColourChoice choice, bool is_terminal,
                                const std::function<std::optional<std::string>(const char*)>& environment);

/// Value of an environment variable; unset and empty differ.
[[nodiscard]] std::optional<std::string> environment_variable(const char* name);

/// Where a command writes and asks. Handed in, so that tests read what a person would see.
class Terminal {
public:
    virtual ~Terminal() = default;
    virtual void out(std::string_view text) = 0;  ///< results
    virtual void err(std::string_view text) = 0;  ///< messages, progress, errors
    [[nodiscard]] virtual bool out_is_terminal() const = 0;
    [[nodiscard]] virtual bool err_is_terminal() const = 0;
    [[nodiscard]] virtual bool in_is_terminal() const = 0;
    /// One line from standard input without its newline; nothing at its end.
    virtual std::optional<std::string> read_line() = 0;
};

/// The process's own streams. Writes are whole: two threads never mix their lines.
class ProcessTerminal final : public Terminal {
public:
    void out(std::string_view text) override;
    void err(std::string_view text) override;
    bool out_is_terminal() const override;
    bool err_is_terminal() const override;
    bool in_is_terminal() const override;
    std::optional<std::string> read_line() override;

    /// The command's exit code, or that it failed: half a plan in a file on a full disk must not pass for one. Says so.
    [[nodiscard]] ExitCode end(ExitCode code);

private:
    std::mutex mutex_;
    std::string loss_;  ///< why something could not be written; empty: all of it was
};

}  // namespace regent::cli
