#pragma once

#include <chrono>
#include <string>

namespace regent::provider::connectors {

/// How long a run waits for what Power Apps fills in after a save: redirect URL, managed identity. Public tools poll
/// about five minutes for it.
struct IdentityPatience {
    std::chrono::seconds since_save{330};
    /// However old the save looks: a clock that is not the service's may be minutes off. Nothing for who comes back by
    /// itself.
    std::chrono::seconds at_least{20};
};

/// How long it is waited for by now. It comes within the patience after the save, or late; of a save that is older it
/// was waited for by an earlier run, so one that never comes does not hold up each run. `saved_at` is the service's own
/// text; what cannot be read counts as just now.
[[nodiscard]] std::chrono::milliseconds wait_for_identity(const IdentityPatience& patience, const std::string& saved_at,
                                                          std::chrono::system_clock::time_point now);

}  // namespace regent::provider::connectors
