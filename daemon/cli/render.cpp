#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/repository.hpp"
#include "manifest/loader.hpp"
#include "manifest/secret_stretches.hpp"
#include "manifest/yaml_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::cli {

ExitCode render(const GlobalOptions& global, const RenderOptions& options, Terminal& terminal) {
    auto workspace = open_workspace(global.directory, global.environment, controller::Documents::kept);
    if (!workspace) {
        print_error(terminal, workspace.error(), global.colour);
        return workspace.error().usage ? ExitCode::usage : ExitCode::invalid_manifests;
    }
    print_diagnostics(terminal, *workspace, global.colour);
    bool first = true;
    for (const auto& document : workspace->documents) {
        const auto address = fmt::format("{}/{}", manifest::kind_of(document), manifest::name_of(document));
        const auto& wanted = options.select;
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), address) == wanted.end()) continue;
        if (!std::exchange(first, false)) terminal.out("---\n");
        terminal.out(fmt::format("# {} from {}:{}\n{}", address, document.file.str(), document.root.span.line,
                                 manifest::without_secrets(manifest::to_yaml(document, options.show_origin))));
    }
    if (first && !options.select.empty()) {
        print_error(terminal,
                    fmt::format("no document is called `{}` in environment `{}`", options.select.front(),
                                workspace->environment.name),
                    {});
        return ExitCode::failed;
    }
    return model::has_errors(workspace->diagnostics) ? ExitCode::invalid_manifests : ExitCode::ok;
}

}  // namespace regent::cli
