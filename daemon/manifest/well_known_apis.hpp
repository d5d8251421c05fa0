#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// An API of Microsoft's that a manifest can name instead of its application id, which is the same in every tenant.
/// https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
struct WellKnownApi {
    std::string_view name;    ///< "azure-service-management"
    std::string_view app_id;  ///< lower case
    std::string_view title;   ///< as the portal shows it
};

[[nodiscard]] std::span<const WellKnownApi> well_known_apis() noexcept;
/// By name, case ignored; null pointer when there is none.
[[nodiscard]] const WellKnownApi* find_well_known_api(std::string_view name) noexcept;
/// What people call an API elsewhere ("graph", "arm", "sharepoint"); null pointer when nobody does.
[[nodiscard]] const WellKnownApi* well_known_api_meant_by(std::string_view other_name) noexcept;
/// Every name, for did-you-mean.
[[nodiscard]] std::vector<std::string_view> well_known_api_names();

}  // namespace regent::manifest
