#include "manifest/well_known_apis.hpp"

#include <algorithm>
#include <array>

namespace regent::manifest {

std::span<const WellKnownApi> well_known_apis() noexcept {
    static constexpr std::array apis = {
        WellKnownApi{"microsoft-graph", "00000003-0000-0000-c000-000000000000", "Microsoft Graph"},
        WellKnownApi{"azure-service-management", "797f4846-ba00-4fd7-ba43-dac1f8f63013", "Azure Service Management"},
        WellKnownApi{"dataverse", "00000007-0000-0000-c000-000000000000", "Dynamics CRM (Dataverse)"},
        WellKnownApi{"powerapps-service", "475226c6-020e-4fb2-8a90-7a972cbfc1d4", "PowerApps Service"},
        WellKnownApi{"power-platform-api", "8578e004-a5c6-46e7-913e-12f58912df43", "Power Platform API"},
        WellKnownApi{"flow-service", "7df0a125-d3be-4c96-aa54-591f83ff541c", "Flow Service (Power Automate)"},
        WellKnownApi{"dynamics-erp", "00000015-0000-0000-c000-000000000000", "Dynamics ERP (Finance and Operations)"},
        WellKnownApi{"exchange-online", "00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"},
        WellKnownApi{"sharepoint-online", "00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"},
        WellKnownApi{"office-365-management", "c5393580-f805-4401-95e8-94b7a6ef2fc2", "Office 365 Management APIs"},
        WellKnownApi{"power-bi", "00000009-0000-0000-c000-000000000000", "Power BI Service"},
        WellKnownApi{"azure-key-vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "Azure Key Vault"},
        WellKnownApi{"azure-storage", "e406a681-f3d4-42a8-90b6-c2b029497af1", "Azure Storage"},
        WellKnownApi{"azure-devops", "499b84ac-1321-427f-aa17-267ca6975798", "Azure DevOps"},
        WellKnownApi{"log-analytics", "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5", "Log Analytics API"},
        WellKnownApi{"defender-for-endpoint", "fc780465-2017-40d4-a0c5-307022471b92", "WindowsDefenderATP"},
    };
    return apis;
}

const WellKnownApi* find_well_known_api(std::string_view name) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto matches = [&](const WellKnownApi& api) {
        return std::equal(api.name.begin(), api.name.end(), name.begin(), name.end(),
                          [&](char a, char b) { return a == lower(b); });
    };
    const auto apis = well_known_apis();
    const auto it = std::find_if(apis.begin(), apis.end(), matches);
    return it == apis.end() ? nullptr : &*it;
}

std::vector<std::string_view> well_known_api_names() {
    std::vector<std::string_view> names;
    for (const auto& api : well_known_apis()) names.push_back(api.name);
    return names;
}

}  // namespace regent::manifest
