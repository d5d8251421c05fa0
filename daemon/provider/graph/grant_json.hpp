#pragma once

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <string>
#include <string_view>

namespace regent::provider::graph {

/// The role id of an assignment that gives no role: https://learn.microsoft.com/graph/api/resources/approleassignment
inline constexpr std::string_view default_access = "00000000-0000-0000-0000-000000000000";

/// Where consents to delegated permissions are read: for the whole tenant, those of one service principal.
[[nodiscard]] std::string path_of_grants(const std::string& principal_id);
/// Roles that a service principal holds at APIs.
[[nodiscard]] std::string path_of_roles_held(const std::string& principal_id);
/// Who holds roles of a service principal's application.
[[nodiscard]] std::string path_of_role_holders(const std::string& principal_id);
/// A service principal by its object id, with what it publishes.
[[nodiscard]] std::string path_of_principal_as_api(const std::string& principal_id);

/// The scopes of a grant: separated by blanks, in any order, at times with one in front.
[[nodiscard]] std::set<std::string> scopes_of(const nlohmann::json& grant);
[[nodiscard]] std::string scope_text(const std::set<std::string>& scopes);

}  // namespace regent::provider::graph
