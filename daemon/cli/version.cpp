#include "cli/version.hpp"

#include "cli/commands.hpp"
#include "cli/messages.hpp"

#include <fmt/format.h>

namespace regent::cli {

ExitCode version(const GlobalOptions& global, Terminal& terminal) {
    if (!global.output.empty() && global.output != "text" && global.output != "json") {
        print_error(terminal, fmt::format("version has no output format `{}`", global.output), "text or json");
        return ExitCode::usage;
    }
    terminal.out(global.output == "json" ? fmt::format("{{\"name\": \"regent\", \"version\": \"{}\"}}\n", version_text)
                                         : fmt::format("regent {}\n", version_text));
    return ExitCode::ok;
}

}  // namespace regent::cli
