#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "model/daemon_configuration.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>

namespace regent::cli {

/// Reads the service's configuration and shows what is wrong with it. The error is one line for `systemctl status`.
[[nodiscard]] tl::expected<model::DaemonConfiguration, std::string> read_daemon_configuration(
    const std::filesystem::path& path, const GlobalOptions& global, Terminal& terminal);

/// What this machine may deliver, for a command: `global` gets it. False when the file cannot be used, which was then
/// shown. An empty path allows nothing.
[[nodiscard]] bool take_machine_configuration(const std::filesystem::path& path, GlobalOptions& global,
                                              Terminal& terminal);

}  // namespace regent::cli
