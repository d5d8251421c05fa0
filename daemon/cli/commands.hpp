#pragma once

#include "cli/client_options.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"

#include <string>

namespace regent::cli {

// One function per command, each in the file of its name. Results go to terminal.out(), messages to terminal.err().

ExitCode validate(const GlobalOptions& global, const ValidateOptions& options, Terminal& terminal);
ExitCode render(const GlobalOptions& global, const RenderOptions& options, Terminal& terminal);
ExitCode plan(const GlobalOptions& global, const PlanOptions& options, Terminal& terminal);
ExitCode apply(const GlobalOptions& global, const ApplyOptions& options, Terminal& terminal);
ExitCode import_manifests(const GlobalOptions& global, const ImportOptions& options, Terminal& terminal);
ExitCode init(const GlobalOptions& global, const InitOptions& options, Terminal& terminal);
/// Whether everything is there that planning and applying need; changes nothing.
ExitCode doctor(const GlobalOptions& global, Terminal& terminal);
/// A person signs in, or their sign-in is forgotten, for the services that Environment.spec.signIn names.
ExitCode login(const GlobalOptions& global, Terminal& terminal);
ExitCode logout(const GlobalOptions& global, Terminal& terminal);
/// `regent rotate --direct`.
ExitCode rotate_directly(const GlobalOptions& global, const RotateOptions& options, Terminal& terminal);
/// The service. Returns when it was asked to stop.
ExitCode daemon(const GlobalOptions& global, const DaemonOptions& options, Terminal& terminal);
ExitCode explain(const std::string& what, Terminal& terminal);
ExitCode explain_token(const GlobalOptions& global, const ExplainTokenOptions& options, Terminal& terminal);
ExitCode schema(const SchemaOptions& options, Terminal& terminal);
ExitCode version(const GlobalOptions& global, Terminal& terminal);

/// Parses the arguments and runs the command they name. Never throws: an exception that gets this far is a bug and ends
/// with 70.
ExitCode run(int argc, const char* const* argv, Terminal& terminal);

}  // namespace regent::cli
