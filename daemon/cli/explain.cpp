#include "manifest/explain.hpp"

#include "cli/commands.hpp"
#include "cli/messages.hpp"

namespace regent::cli {

ExitCode explain(const std::string& what, Terminal& terminal) {
    if (const auto text = manifest::explain(what)) {
        terminal.out(*text);
        return ExitCode::ok;
    }
    print_error(terminal, manifest::explain_nothing_found(what),
                "a code (RG0204), a kind (Application) or a field (Application.spec.redirectUris)");
    return ExitCode::usage;
}

}  // namespace regent::cli
