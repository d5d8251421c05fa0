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
/// Whether that application has the redirect URL of `connector`, or trusts its identity, and is one that the store
/// remembers as ours or its manifest adopts. Whoever writes a mark cannot do that, and who can write our application
/// needs no connector; but the key of an application can be guessed as well, and be planted together with a connector.
[[nodiscard]] bool is_known_to_our_application(const model::Scope& scope, const model::Scope::Wanted& wanted,
                                               const Outputs& connector, const model::Snapshot& observed);

}  // namespace regent::provider::connectors
