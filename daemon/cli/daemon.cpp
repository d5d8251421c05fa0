#include "service/daemon.hpp"

#include "cli/commands.hpp"
#include "cli/daemon_configuration.hpp"
#include "cli/version.hpp"

namespace regent::cli {
ExitCode daemon(const GlobalOptions& global, const DaemonOptions& options, Terminal& terminal) {
    const auto read = [&] {
        auto configuration = read_daemon_configuration(options.config, global, terminal);
        if (configuration && !options.socket.empty()) configuration->socket = options.socket.string();
        return configuration;
    };
    auto configuration = read();
    if (!configuration) return ExitCode::configuration;
    auto surroundings = service::surroundings_from_environment();
    if (!global.state_directory.empty()) surroundings.state = surroundings.runtime = global.state_directory;
    if (!global.state_directory.empty()) surroundings.cache = global.state_directory / "cache";
    service::DaemonOptions daemon_options;
    daemon_options.once = options.once;
    daemon_options.version = version_text;
    daemon_options.reload = read;
    switch (service::run_daemon(std::move(*configuration), surroundings, daemon_options)) {
        case service::DaemonEnd::stopped:
            return ExitCode::ok;
        case service::DaemonEnd::not_in_sync:
            return ExitCode::partly_done;
        case service::DaemonEnd::busy:
            return ExitCode::try_again;
        case service::DaemonEnd::cannot_start:
        case service::DaemonEnd::state_lost:
            break;
    }
    return ExitCode::failed;
}

}  // namespace regent::cli
