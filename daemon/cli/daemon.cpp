#include "service/daemon.hpp"

#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/version.hpp"
#include "manifest/diagnostic_text.hpp"
#include "manifest/loader.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace regent::cli {
namespace {

/// Reads the file and shows what is wrong with it. The error is one line for `systemctl status`.
tl::expected<model::DaemonConfiguration, std::string> read_configuration(const std::filesystem::path& path,
                                                                         const GlobalOptions& global,
                                                                         Terminal& terminal) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) {
        print_error(terminal, fmt::format("the configuration {} cannot be read", path.string()),
                    "`regent explain Daemon` shows one; name another with --config");
        return tl::unexpected(fmt::format("{} cannot be read", path.string()));
    }
    const manifest::SourceText source{path.string(), text.str()};
    auto loaded = manifest::load_daemon_configuration(source);
    if (!loaded.diagnostics.empty()) {
        const manifest::TextOptions options{
            .colour = wants_colour(global.colour, terminal.err_is_terminal(), environment_variable)};
        terminal.err(manifest::render_text(loaded.diagnostics, {source}, options) + "\n");
    }
    if (loaded.configuration) return std::move(*loaded.configuration);
    const auto& first = loaded.diagnostics.front();
    return tl::unexpected(fmt::format("{}: {} ({})", to_string(first.span.begin()), first.message, first.code));
}

}  // namespace

ExitCode daemon(const GlobalOptions& global, const DaemonOptions& options, Terminal& terminal) {
    const auto read = [&] { return read_configuration(options.config, global, terminal); };
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
