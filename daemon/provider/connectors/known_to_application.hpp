#pragma once

#include "model/snapshot.hpp"

#include <functional>
#include <map>
#include <string>

namespace regent::provider::connectors {

using Outputs = std::map<std::string, std::string, std::less<>>;

/// The application that the manifest's connector signs in with, when it is there and ours; else null.
[[nodiscard]] const model::ObservedResource* our_application(const model::Scope::Wanted& wanted,
                                                             const model::Snapshot& observed);
/// Whether `application` has the redirect URL of a connector, or trusts its identity. Whoever writes a mark cannot do
/// that: who can write our application needs no connector.
[[nodiscard]] bool knows(const model::ObservedResource& application, const Outputs& connector);

}  // namespace regent::provider::connectors
