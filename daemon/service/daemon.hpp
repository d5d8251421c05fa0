#pragma once

#include "model/daemon_configuration.hpp"
#include "service/surroundings.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <string>

namespace regent::service {

struct DaemonOptions {
    bool once = false;  ///< look once at every environment, and end
    std::string version;
    /// Reads the configuration anew, at SIGHUP. The error was shown already, and is one line for `systemctl status`.
    std::function<tl::expected<model::DaemonConfiguration, std::string>()> reload;
};

enum class DaemonEnd {
    stopped,       ///< as asked, by SIGTERM or SIGINT; or `once`, and all is in sync
    not_in_sync,   ///< `once`, and something is not
    busy,          ///< another instance has this state folder
    cannot_start,  ///< a socket or folder cannot be had; the reason is in the log
    state_lost     ///< the database was deleted under the service: start again
};

/// Runs the service until it is asked to stop: the controller, the sockets, the service manager and the log around it.
/// Takes over SIGTERM, SIGINT and SIGHUP of the process; call it before any other thread is started. A SIGHUP that
/// waits already is the first to be heard.
[[nodiscard]] DaemonEnd run_daemon(model::DaemonConfiguration configuration, const Surroundings& surroundings,
                                   const DaemonOptions& options);

}  // namespace regent::service
