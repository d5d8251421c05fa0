#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "manifest/json_schema.hpp"

#include <fmt/format.h>

#include <fstream>

namespace regent::cli {
namespace {

ExitCode write_all(const std::filesystem::path& folder, Terminal& terminal) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    for (const auto& [name, text] : manifest::all_json_schemas()) {
        std::ofstream file(folder / name, std::ios::binary);
        file << text;
        file.flush();
        if (!file) {
            print_error(terminal, fmt::format("{} could not be written", (folder / name).string()),
                        "check the folder and its permissions");
            return ExitCode::failed;
        }
        terminal.err(fmt::format("Wrote {}\n", (folder / name).string()));
    }
    return ExitCode::ok;
}

}  // namespace

ExitCode schema(const SchemaOptions& options, Terminal& terminal) {
    if (!options.all.empty()) return write_all(options.all, terminal);
    const auto text = manifest::json_schema(options.kind);
    if (text.empty()) {
        print_error(terminal, fmt::format("there is no kind `{}`", options.kind),
                    "Environment, Application, RedirectUri, FederatedCredential or Connector");
        return ExitCode::usage;
    }
    terminal.out(text);
    return ExitCode::ok;
}

}  // namespace regent::cli
