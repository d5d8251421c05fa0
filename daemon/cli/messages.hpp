#pragma once

#include "cli/exit_code.hpp"
#include "cli/terminal.hpp"
#include "controller/tenant.hpp"
#include "controller/workspace.hpp"
#include "model/diagnostic.hpp"
#include "net/session.hpp"
#include "plan/plan.hpp"
#include "plan/safety.hpp"
#include "provider/provider_error.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace regent::cli {

/// "error: message" with help below, the shape of every message that belongs to no line of a manifest.
void print_error(Terminal& terminal, std::string_view message, std::string_view help);
void print_error(Terminal& terminal, const controller::SignInError& error);
void print_error(Terminal& terminal, const controller::WorkspaceError& error, ColourChoice colour);
/// `error[RG0704]: …` with the service's words, the request id and the cure.
void print_error(Terminal& terminal, const provider::ProviderError& error);
/// The same with the manifest's line and the object that `step` was about.
void print_error(Terminal& terminal, const provider::ProviderError& error, const plan::Step& step);
void print_refusal(Terminal& terminal, const plan::Refusal& refusal);
/// Diagnostics with their lines and carets, to err().
void print_diagnostics(Terminal& terminal, const controller::Workspace& workspace, ColourChoice colour);

void print_warnings(Terminal& terminal, const std::vector<std::string>& warnings);
/// For --verbose: what the run cost.
void print_counters(Terminal& terminal, const net::SessionCounters& counters);

/// What a failed read or write of a service means to the shell.
[[nodiscard]] ExitCode exit_code_of(provider::ErrorKind kind) noexcept;

}  // namespace regent::cli
