#pragma once

#include "cli/client_options.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace regent::cli {

/// The commands that ask the running service, with everything their flags fill in.
class ClientCommandLine {
public:
    void add_to(CLI::App& app);
    /// Runs `command` when it is one of these.
    [[nodiscard]] std::optional<ExitCode> run(const std::string& command, const GlobalOptions& global,
                                              Terminal& terminal);

    /// `--socket`: where the service listens, which the service's own command obeys as well. Empty: nobody said.
    [[nodiscard]] const std::filesystem::path& socket() const { return client_.socket; }

private:
    void add_looking(CLI::App& app);
    void add_asking(CLI::App& app);

    ClientOptions client_;
    StatusOptions status_;
    GetOptions get_;
    EventsOptions events_;
    HistoryOptions history_;
    WaitOptions wait_;
    ReconcileOptions reconcile_;
    RotateOptions rotate_;
    LoginOptions login_;
    PauseOptions pause_;
    ResumeOptions resume_;
    std::string describe_what_, plan_;
};

}  // namespace regent::cli
