#pragma once

#include "model/environment.hpp"
#include "net/session.hpp"
#include "provider/connectors/identity_wait.hpp"
#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/provider.hpp"
#include "provider/surveyor.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace regent::provider::dataverse {

/// How to reach connectors that are kept in Dataverse, as rows of the table `connector`
/// (https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/connector), and Power Apps, which
/// shows of them what only it knows: redirect URL and managed identity.
struct DataverseOptions {
    std::vector<model::Dataverse> dataverses;  ///< of the environment; others are not looked at
    /// Says where an environment's Dataverse is when `dataverses` does not.
    std::string platform_origin = "https://api.bap.microsoft.com";
    powerapps::PowerAppsOptions power_apps;
    Identity identity;
    int parallel_reads = 4;
    /// How long Power Apps is given to take over what was saved: usually at once, and sometimes never.
    std::chrono::seconds sync_patience{90};
    /// How long to wait for a managed identity's subject.
    connectors::IdentityPatience identity_patience;
};

[[nodiscard]] std::unique_ptr<Observer> make_dataverse_observer(net::Session& session, net::Clock& clock,
                                                                DataverseOptions options);
/// Looks at connectors in the environments that `options` has a Dataverse for, and at no others.
[[nodiscard]] std::unique_ptr<Surveyor> make_dataverse_surveyor(net::Session& session, net::Clock& clock,
                                                                DataverseOptions options);
[[nodiscard]] std::unique_ptr<Writer> make_dataverse_writer(net::Session& session, net::Clock& clock,
                                                            DataverseOptions options);

}  // namespace regent::provider::dataverse
