#include "manifest/well_known_apis.hpp"

#include <algorithm>
#include <array>

namespace regent::manifest {
namespace {

/// `lower` is in lower case.
bool same_ignoring_case(std::string_view lower, std::string_view text) {
    const auto to_lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(lower.begin(), lower.end(), text.begin(), text.end(),
                      [&](char a, char b) { return a == to_lower(b); });
}

}  // namespace

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
    const auto apis = well_known_apis();
    const auto it =
        std::find_if(apis.begin(), apis.end(), [&](const auto& api) { return same_ignoring_case(api.name, name); });
    return it == apis.end() ? nullptr : &*it;
}

const WellKnownApi* well_known_api_meant_by(std::string_view other_name) noexcept {
    struct OtherName {
        std::string_view other;
        std::string_view name;
    };
    static constexpr std::array names = {
        OtherName{"graph", "microsoft-graph"},
        OtherName{"ms-graph", "microsoft-graph"},
        OtherName{"msgraph", "microsoft-graph"},
        OtherName{"microsoftgraph", "microsoft-graph"},
        OtherName{"arm", "azure-service-management"},
        OtherName{"azure-resource-manager", "azure-service-management"},
        OtherName{"azure-management", "azure-service-management"},
        OtherName{"management", "azure-service-management"},
        OtherName{"dynamics-crm", "dataverse"},
        OtherName{"crm", "dataverse"},
        OtherName{"powerapps", "powerapps-service"},
        OtherName{"power-apps", "powerapps-service"},
        OtherName{"flow", "flow-service"},
        OtherName{"power-automate", "flow-service"},
        OtherName{"exchange", "exchange-online"},
        OtherName{"sharepoint", "sharepoint-online"},
        OtherName{"powerbi", "power-bi"},
        OtherName{"key-vault", "azure-key-vault"},
        OtherName{"keyvault", "azure-key-vault"},
        OtherName{"storage", "azure-storage"},
        OtherName{"devops", "azure-devops"},
    };
    for (const auto& entry : names)
        if (same_ignoring_case(entry.other, other_name)) return find_well_known_api(entry.name);
    return nullptr;
}

std::vector<std::string_view> well_known_api_names() {
    std::vector<std::string_view> names;
    for (const auto& api : well_known_apis()) names.push_back(api.name);
    return names;
}

}  // namespace regent::manifest
