#pragma once

#include <string_view>

namespace regent::model {

/// Whether two JSON texts of one of a connector's settings (connectionParameters, connectionParameterSets,
/// policyTemplateInstances) mean the same to the service.
///
/// The service gives back what it was sent in its own spelling: keys change their case, `redirectMode` and
/// `redirectUrl` are its own, defaults of an Entra ID sign-in are filled in, "True" and true are one. It never gives
/// back a secret, but the name of an environment variable that holds one. What is left after all that is compared;
/// order counts in lists and nowhere else. https://github.com/microsoft/PowerPlatformConnectors (tools/paconn-cli, and
/// the connectors themselves)
[[nodiscard]] bool same_settings(std::string_view a, std::string_view b);

}  // namespace regent::model
