#pragma once

#include <initializer_list>

namespace regent::cli {

/// What a command says to the shell. Documented in docs/reference/command-line.md; part of the stable interface.
enum class ExitCode {
    ok = 0,
    failed = 1,
    changes = 2,  ///< `plan --detailed-exitcode`: there is something to do (terraform)
    invalid_manifests = 3,
    sign_in = 4,  ///< sign-in or permission (gh)
    partly_done = 5,
    refused = 6,         ///< by a guard
    unreachable = 7,     ///< the service does not run or cannot be reached (LSB: "not running")
    usage = 64,          ///< EX_USAGE
    bug = 70,            ///< EX_SOFTWARE
    try_again = 75,      ///< EX_TEMPFAIL: locked, throttled, timed out
    configuration = 78,  ///< EX_CONFIG
    interrupted = 130,   ///< 128 + SIGINT
    terminated = 143     ///< 128 + SIGTERM
};

/// The one to return when several apply: 70, 64, 78, 3, 7, 6, 4, 5, 75, 1, 2, 0. Interruption wins over all of them.
[[nodiscard]] ExitCode most_telling(std::initializer_list<ExitCode> codes) noexcept;

}  // namespace regent::cli
