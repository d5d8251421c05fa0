#include "cli/messages.hpp"

#include "manifest/diagnostic_text.hpp"
#include "model/value.hpp"
#include "report/step_words.hpp"

#include <fmt/format.h>

namespace regent::cli {
namespace {

using model::with_visible_controls;

std::string detail_line(std::string_view kind, std::string_view text) {
    return text.empty() ? std::string{} : fmt::format("   = {}: {}\n", kind, with_visible_controls(text));
}

}  // namespace

void print_error(Terminal& terminal, std::string_view message, std::string_view help) {
    terminal.err(fmt::format("error: {}\n{}", with_visible_controls(message), detail_line("help", help)));
}

void print_error(Terminal& terminal, const controller::SignInError& error) {
    if (error.code.empty()) return print_error(terminal, error.message, error.help);
    terminal.err(fmt::format("error[{}]: {}\n{}", error.code, with_visible_controls(error.message),
                             detail_line("help", error.help)));
}

void print_error(Terminal& terminal, const controller::WorkspaceError& error, ColourChoice colour) {
    if (!error.diagnostics.empty()) {
        const manifest::TextOptions options{.colour =
                                                wants_colour(colour, terminal.err_is_terminal(), environment_variable)};
        terminal.err(manifest::render_text(error.diagnostics, error.texts, options));
    }
    if (!error.message.empty()) print_error(terminal, error.message, error.help);
}

namespace {

void print_service_error(Terminal& terminal, const provider::ProviderError& error, const std::string& where) {
    auto text = error.code.empty() ? std::string("error") : fmt::format("error[{}]", error.code);
    text += fmt::format(": {}\n{}", with_visible_controls(error.message), where);
    text += detail_line("note", error.service);
    if (!error.request_id.empty()) {
        text += detail_line(
            "note", fmt::format("request-id {}{}{}", error.request_id, error.time.empty() ? "" : ", ", error.time));
    }
    if (error.retry_after.count() > 0) {
        text +=
            detail_line("note", fmt::format("the service asks to wait {} s", (error.retry_after.count() + 999) / 1000));
    }
    text += detail_line("help", error.help);
    terminal.err(text);
}

}  // namespace

void print_error(Terminal& terminal, const provider::ProviderError& error) {
    print_service_error(terminal, error, {});
}

void print_error(Terminal& terminal, const provider::ProviderError& error, const plan::Step& step) {
    const auto words = report::words_for(step);
    const auto place =
        step.place.known() ? to_string(model::Place{step.place.file, step.place.line, 0}) : "its manifest is gone";
    print_service_error(terminal, error,
                        with_visible_controls(fmt::format("  --> {} ({})", place, words.subject)) + "\n");
}

void print_refusal(Terminal& terminal, const plan::Refusal& refusal) {
    terminal.err(fmt::format("refused[{}]: {}\n{}", code_of(refusal.guard), with_visible_controls(refusal.message),
                             detail_line("help", refusal.help)));
}

void print_diagnostics(Terminal& terminal, const controller::Workspace& workspace, ColourChoice colour) {
    if (workspace.diagnostics.empty()) return;
    const manifest::TextOptions options{.colour =
                                            wants_colour(colour, terminal.err_is_terminal(), environment_variable)};
    terminal.err(manifest::render_text(workspace.diagnostics, workspace.texts, options));
}

void print_warnings(Terminal& terminal, const std::vector<std::string>& warnings) {
    for (const auto& warning : warnings) terminal.err(fmt::format("warning: {}\n", with_visible_controls(warning)));
}

void print_counters(Terminal& terminal, const net::SessionCounters& counters) {
    terminal.err(fmt::format("{} requests, {} of them again after a failure, {} throttled; {} spent waiting\n",
                             counters.requests, counters.retries, counters.throttled,
                             report::elapsed_text(counters.waited)));
}

ExitCode exit_code_of(provider::ErrorKind kind) noexcept {
    switch (kind) {
        case provider::ErrorKind::sign_in:
        case provider::ErrorKind::forbidden:
            return ExitCode::sign_in;
        case provider::ErrorKind::transient:
        case provider::ErrorKind::throttled:
        case provider::ErrorKind::not_yet:
            return ExitCode::try_again;
        case provider::ErrorKind::interrupted:
            return ExitCode::interrupted;
        default:
            return ExitCode::failed;
    }
}

}  // namespace regent::cli
