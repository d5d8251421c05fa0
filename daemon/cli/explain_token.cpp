#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/read_display.hpp"
#include "cli/repository.hpp"
#include "cli/sign_in.hpp"
#include "cli/token_input.hpp"
#include "controller/tenant.hpp"
#include "report/token_report.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string>

namespace regent::cli {
namespace {

/// Larger than any token that fits into a request.
constexpr std::size_t most_bytes = std::size_t{256} * 1024;

tl::expected<std::string, std::string> read_standard_input(Terminal& terminal) {
    if (terminal.in_is_terminal()) terminal.err("Paste the token or its claims, then Ctrl-D on a line of its own.\n");
    std::string text;
    while (auto line = terminal.read_line()) {
        text += *line + "\n";
        if (text.size() > most_bytes) return tl::unexpected(std::string("standard input holds more than any token"));
    }
    return text;
}

tl::expected<std::string, std::string> read_file(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(most_bytes + 1, '\0');
    if (!in || !in.read(text.data(), static_cast<std::streamsize>(text.size())).eof() || in.gcount() == 0)
        return tl::unexpected(fmt::format("the file {} cannot be read, or holds more than any token", file));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

}  // namespace

ExitCode explain_token(const GlobalOptions& global, const ExplainTokenOptions& options, Terminal& terminal) {
    if (global.output != "text" && global.output != "json") {
        print_error(terminal, fmt::format("explain-token has no output format `{}`", global.output), "text or json");
        return ExitCode::usage;
    }
    auto workspace = open_workspace(global.directory, global.environment);
    if (!workspace) {
        print_error(terminal, workspace.error(), global.colour);
        return workspace.error().usage ? ExitCode::usage : ExitCode::invalid_manifests;
    }
    if (model::has_errors(workspace->diagnostics)) {
        print_diagnostics(terminal, *workspace, global.colour);
        return ExitCode::invalid_manifests;
    }
    auto text = options.file == "-" ? read_standard_input(terminal) : read_file(options.file);
    if (!text) {
        print_error(terminal, text.error(), {});
        return ExitCode::usage;
    }
    const auto token = read_token(*text, std::chrono::system_clock::now());
    if (!token) {
        print_error(terminal, token.error().message, token.error().help);
        return ExitCode::usage;
    }

    auto credentials = plan::declared_credentials(workspace->graph);
    if (options.live) {
        auto tenant = sign_in(workspace->environment, global, [](const auto&, auto, const auto&) {});
        if (!tenant) {
            print_error(terminal, tenant.error());
            return ExitCode::sign_in;
        }
        ReadDisplay display(terminal, progress_style(terminal, global), "reading");
        const auto snapshot = (*tenant)->observe(plan::scope_of(workspace->graph, {}), display);
        if (!snapshot) {
            print_error(terminal, snapshot.error());
            return exit_code_of(snapshot.error().kind);
        }
        credentials = plan::live_credentials(*snapshot, workspace->graph);
    }
    const auto verdicts = plan::judge(token->claims, credentials);
    const report::TokenReport report{.environment = workspace->environment.name,
                                     .live = options.live,
                                     .token = token->claims,
                                     .notes = token->notes,
                                     .verdicts = &verdicts};
    const bool colour = wants_colour(global.colour, terminal.out_is_terminal(), environment_variable);
    terminal.out(global.output == "json"
                     ? report::write_json(report)
                     : report::write_text(report, colour ? report::Colour::on : report::Colour::off));
    return report.matches() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace regent::cli
