#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace regent::model {

/// What an app management policy forbids of secrets, certificates, identifier URIs and audiences: the tenant's, or one
/// linked to an application in its place. https://learn.microsoft.com/graph/api/resources/appmanagementpolicy
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
