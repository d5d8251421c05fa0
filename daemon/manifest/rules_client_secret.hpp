#pragma once

#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"

#include <chrono>

namespace regent::manifest {

/// What one entry of `clientSecrets` says of time, defaults filled in.
struct SecretTimes {
    std::chrono::seconds valid_for, rotate_before, keep_old;
};
[[nodiscard]] SecretTimes times_of(const Values& secret);

/// The predecessor of a secret must be gone by the time the secret is due itself.
void check_times(const Values& secret, const SecretTimes& times, const Node& name, Findings& findings);

/// Checks one entry of `deliverTo`; false when it cannot be used.
/// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
[[nodiscard]] bool check_delivery(const Values& entry, Findings& findings);

}  // namespace regent::manifest
