#include "provider/graph/grant_json.hpp"

#include "provider/graph/graph_client.hpp"
#include "provider/graph/json_access.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

namespace regent::provider::graph {

std::string path_of_grants(const std::string& principal_id) {
    return "/oauth2PermissionGrants?$filter=" +
           percent_encoded(fmt::format("clientId eq '{}' and consentType eq 'AllPrincipals'", principal_id));
}

std::string path_of_roles_held(const std::string& principal_id) {
    return fmt::format("/servicePrincipals/{}/appRoleAssignments", principal_id);
}

std::string path_of_role_holders(const std::string& principal_id) {
    return fmt::format("/servicePrincipals/{}/appRoleAssignedTo", principal_id);
}

std::string path_of_principal_as_api(const std::string& principal_id) {
    return fmt::format("/servicePrincipals/{}?$select=id,appId,displayName,appRoles,oauth2PermissionScopes",
                       principal_id);
}

std::set<std::string> scopes_of(const nlohmann::json& grant) {
    std::istringstream words(member_text(grant, "scope"));
    std::set<std::string> scopes;
    for (std::string word; words >> word;) scopes.insert(word);
    return scopes;
}

std::string scope_text(const std::set<std::string>& scopes) {
    return fmt::format("{}", fmt::join(scopes, " "));
}

}  // namespace regent::provider::graph
