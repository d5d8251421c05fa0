#pragma once

#include "apply/applier.hpp"

namespace regent::controller {

/// For crash tests: with REGENT_CRASH_AT=N in the environment the process kills itself with SIGKILL at the Nth point of
/// its apply, as a power cut would. With REGENT_CRASH_LOG=FILE it writes the points it passes there. Empty without
/// either.
[[nodiscard]] apply::CrashPoint crash_point_from_environment();

}  // namespace regent::controller
