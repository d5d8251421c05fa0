#pragma once

#include "cli/client_options.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"
#include "cli/service_client.hpp"
#include "cli/terminal.hpp"

#include <string>

namespace regent::cli {

// The commands that ask the running service, each in the file of its name. They need no repository and no credentials.

ExitCode status(const GlobalOptions& global, const StatusOptions& options, ServiceClient& client, Terminal& terminal);
ExitCode get(const GlobalOptions& global, const GetOptions& options, ServiceClient& client, Terminal& terminal);
ExitCode describe(const GlobalOptions& global, const std::string& what, ServiceClient& client, Terminal& terminal);
ExitCode events(const GlobalOptions& global, const EventsOptions& options, ServiceClient& client, Terminal& terminal);
ExitCode history(const GlobalOptions& global, const HistoryOptions& options, ServiceClient& client, Terminal& terminal);
ExitCode wait(const GlobalOptions& global, const WaitOptions& options, ServiceClient& client, Terminal& terminal);
ExitCode reconcile(const GlobalOptions& global, const ReconcileOptions& options, ServiceClient& client,
                   Terminal& terminal);
ExitCode rotate(const GlobalOptions& global, const RotateOptions& options, ServiceClient& client, Terminal& terminal);
/// `regent login --service`.
ExitCode login_by_service(const GlobalOptions& global, ServiceClient& client, Terminal& terminal);
ExitCode pause(const GlobalOptions& global, const PauseOptions& options, ServiceClient& client, Terminal& terminal);
ExitCode resume(const GlobalOptions& global, const ResumeOptions& options, ServiceClient& client, Terminal& terminal);
ExitCode approve(const GlobalOptions& global, const std::string& plan, ServiceClient& client, Terminal& terminal);

}  // namespace regent::cli
