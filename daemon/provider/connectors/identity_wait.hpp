#pragma once

#include <chrono>
#include <string>

namespace regent::provider::connectors {

/// How long what Power Apps fills in after a save (redirect URL, managed identity) is waited for. It comes within
/// `patience` of the save, or never; of a save that is older it was waited for by an earlier run, so one that never
/// comes does not hold up each run. `saved_at` is the service's own text; what cannot be read counts as just now.
///
/// A clock that is not the service's may be minutes off, so a little is waited however old the save looks.
[[nodiscard]] std::chrono::milliseconds wait_for_identity(std::chrono::seconds patience, const std::string& saved_at,
                                                          std::chrono::system_clock::time_point now);

}  // namespace regent::provider::connectors
