#include "cli/version.hpp"

#include "cli/commands.hpp"

#include <fmt/format.h>

namespace regent::cli {

ExitCode version(const GlobalOptions& global, Terminal& terminal) {
    terminal.out(global.output == "json" ? fmt::format("{{\"name\": \"regent\", \"version\": \"{}\"}}\n", version_text)
                                         : fmt::format("regent {}\n", version_text));
    return ExitCode::ok;
}

}  // namespace regent::cli
