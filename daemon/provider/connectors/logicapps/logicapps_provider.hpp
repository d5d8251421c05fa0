#pragma once

#include "model/secret.hpp"
#include "net/session.hpp"
#include "provider/provider.hpp"
#include "provider/surveyor.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <string>

namespace regent::provider::logicapps {

/// How to reach Azure Resource Manager, where Logic Apps' custom connectors are resources of the type
/// `Microsoft.Web/customApis`: documented, named by their client, replaced by a PUT.
/// https://github.com/Azure/azure-rest-api-specs (specification/web/…/2016-06-01/logicAppsManagementClient.json)
struct LogicAppsOptions {
    std::string origin = "https://management.azure.com";
    std::string scope = "https://management.azure.com/.default";
    std::string login_origin = "https://login.microsoftonline.com";  ///< written into a connector's loginUri
    /// Where people come back to after they signed in, `{region}` for the connector's: for an answer that does not say
    /// it. Empty: not known in this cloud.
    /// https://learn.microsoft.com/azure/logic-apps/logic-apps-custom-api-authentication
    std::string redirect_url = "https://logic-apis-{region}.consent.azure-apim.net/redirect";
    Identity identity;
    bool person = false;  ///< tokens for `scope` are a person's, not an application's
    std::string account;  ///< that person's user principal name; empty: not known
    int parallel_reads = 4;
    /// Gives the machine's secret of a name; unset: from `$CREDENTIALS_DIRECTORY`.
    std::function<tl::expected<model::Secret, std::string>(const std::string& name)> machine_secret;
};

[[nodiscard]] std::unique_ptr<Observer> make_logicapps_observer(net::Session& session, net::Clock& clock,
                                                                LogicAppsOptions options);
/// Of the resource groups that a selection names.
[[nodiscard]] std::unique_ptr<Surveyor> make_logicapps_surveyor(net::Session& session, net::Clock& clock,
                                                                LogicAppsOptions options);
[[nodiscard]] std::unique_ptr<Writer> make_logicapps_writer(net::Session& session, net::Clock& clock,
                                                            LogicAppsOptions options);

}  // namespace regent::provider::logicapps
