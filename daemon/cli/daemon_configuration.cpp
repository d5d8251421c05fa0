#include "cli/daemon_configuration.hpp"

#include "cli/messages.hpp"
#include "manifest/diagnostic_text.hpp"
#include "manifest/loader.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace regent::cli {

tl::expected<model::DaemonConfiguration, std::string> read_daemon_configuration(const std::filesystem::path& path,
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

bool take_machine_configuration(const std::filesystem::path& path, GlobalOptions& global, Terminal& terminal) {
    if (path.empty()) return true;
    auto configuration = read_daemon_configuration(path, global, terminal);
    if (!configuration) return false;
    global.connection.delivery = std::move(configuration->delivery);
    return true;
}

}  // namespace regent::cli
