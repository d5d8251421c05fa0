#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/repository.hpp"
#include "manifest/loader.hpp"
#include "manifest/secret_stretches.hpp"
#include "manifest/suggestion.hpp"
#include "manifest/yaml_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace regent::cli {
namespace {

std::vector<std::string> names_in(const controller::Workspace& workspace) {
    std::vector<std::string> names;
    names.reserve(workspace.documents.size());
    for (const auto& document : workspace.documents)
        names.push_back(fmt::format("{}/{}", manifest::kind_of(document), manifest::name_of(document)));
    return names;
}

/// Tells what of `wanted` is none of the environment's documents.
bool tell_unknown(const std::vector<std::string>& wanted, const controller::Workspace& workspace, Terminal& terminal) {
    const auto names = names_in(workspace);
    bool unknown = false;
    for (const auto& name : wanted) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        unknown = true;
        const auto near =
            manifest::did_you_mean_phrase(name, std::vector<std::string_view>(names.begin(), names.end()));
        print_error(terminal,
                    fmt::format("no document of environment `{}` is called `{}`", workspace.environment.name, name),
                    near.empty() ? "`--select` takes KIND/NAME" : near);
    }
    return unknown;
}

void print_documents(const RenderOptions& options, const controller::Workspace& workspace, Terminal& terminal) {
    bool first = true;
    for (const auto& document : workspace.documents) {
        const auto address = fmt::format("{}/{}", manifest::kind_of(document), manifest::name_of(document));
        const auto& wanted = options.select;
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), address) == wanted.end()) continue;
        if (!std::exchange(first, false)) terminal.out("---\n");
        terminal.out(fmt::format("# {} from {}:{}\n{}", address, document.file.str(), document.root.span.line,
                                 manifest::without_secrets(manifest::to_yaml(document, options.show_origin))));
    }
}

}  // namespace

ExitCode render(const GlobalOptions& global, const RenderOptions& options, Terminal& terminal) {
    auto workspace = open_workspace(global.directory, global.environment, controller::Documents::kept);
    if (!workspace) {
        print_error(terminal, workspace.error(), global.colour);
        return workspace.error().usage ? ExitCode::usage : ExitCode::invalid_manifests;
    }
    print_diagnostics(terminal, *workspace, global.colour);
    // What cannot be read may be what was asked for.
    const bool errors = model::has_errors(workspace->diagnostics);
    if (tell_unknown(options.select, *workspace, terminal) && !errors) return ExitCode::usage;
    print_documents(options, *workspace, terminal);
    return errors ? ExitCode::invalid_manifests : ExitCode::ok;
}

}  // namespace regent::cli
