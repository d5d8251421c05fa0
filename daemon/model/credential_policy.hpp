#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace regent::model {

/// What a tenant's app management policy forbids of client secrets: the tenant's default one, or one that is linked to
/// an application and takes its place there. https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy
struct CredentialPolicy {
    std::string name;  ///< displayName
    bool enabled = false;
    struct Restriction {
        std::string type;  ///< "passwordAddition", "passwordLifetime", …
        std::optional<std::chrono::seconds> longest_life;
        std::optional<std::chrono::system_clock::time_point> for_apps_created_after;
    };
    std::vector<Restriction> restrictions;  ///< those that are in force
};

/// What is known of a tenant's policies.
struct CredentialPolicies {
    bool known = false;
    std::string why_unknown;  ///< "Policy.Read.All is missing"; empty: nobody asked
    CredentialPolicy tenant;
    std::vector<std::pair<std::string, CredentialPolicy>> linked;  ///< by object id of the application
};

}  // namespace regent::model
