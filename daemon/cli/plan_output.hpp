#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "controller/planning.hpp"
#include "plan/selection.hpp"

#include <filesystem>
#include <string>

namespace regent::cli {

[[nodiscard]] bool is_plan_format(const std::string& format);
/// Prints `planned` the way `global.output` asks for.
void print_plan(const controller::Planned& planned, const GlobalOptions& global, report::TextOptions text,
                Terminal& terminal);

/// Which objects a selection brings along and which it leaves as they are; to err().
void print_selection(const plan::Selection& selection, Terminal& terminal);

/// Where history is kept: --state-dir, else $STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/regent, else
/// ~/.local/state/regent.
[[nodiscard]] std::filesystem::path state_file(const GlobalOptions& global);

}  // namespace regent::cli
