#pragma once

#include "model/secret.hpp"
#include "net/session.hpp"
#include "provider/connectors/environment_names.hpp"
#include "provider/connectors/identity_wait.hpp"
#include "provider/provider.hpp"
#include "provider/surveyor.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace regent::provider::powerapps {

/// How to reach the Power Apps resource provider, which Microsoft does not document; what is known of it is what
/// Microsoft's own client does (microsoft/PowerPlatformConnectors, tools/paconn-cli).
struct PowerAppsOptions {
    std::string origin = "https://api.powerapps.com";
    std::string scope = "https://service.powerapps.com/.default";
    bool person = false;  ///< tokens for `scope` are a person's, not an application's: what a refusal is mended by
    std::string api_version = "2016-11-01";
    std::string login_origin = "https://login.microsoftonline.com";  ///< written into a connector's loginUri
    Identity identity;
    connectors::EnvironmentNames environments;  ///< for messages
    int parallel_reads = 4;
    /// Gives the machine's secret of a name; unset: from `$CREDENTIALS_DIRECTORY`.
    std::function<tl::expected<model::Secret, std::string>(const std::string& name)> machine_secret;
    /// How long to wait for a managed identity's subject, which the service fills in up to five minutes after saving.
    connectors::IdentityPatience identity_patience;
    /// How long a definition that was sent is looked for before it counts as dropped: the service has been seen to
    /// answer a definition it does not like with success, and to keep the old one.
    std::chrono::seconds definition_patience{60};
    /// How long a connector whose creating answer was lost is looked for before it counts as not created.
    std::chrono::seconds lookup_grace{60};
};

[[nodiscard]] std::unique_ptr<Observer> make_powerapps_observer(net::Session& session, net::Clock& clock,
                                                                PowerAppsOptions options);
/// Of a Selection it reads the connectors.
[[nodiscard]] std::unique_ptr<Surveyor> make_powerapps_surveyor(net::Session& session, net::Clock& clock,
                                                                PowerAppsOptions options);
[[nodiscard]] std::unique_ptr<Writer> make_powerapps_writer(net::Session& session, net::Clock& clock,
                                                            PowerAppsOptions options);

}  // namespace regent::provider::powerapps
